"""Whatever needs a page or a text has one."""

import re

import pytest
import yaml
from jsonschema_rs import validator_for

from app.core.config import Settings
from app.core.exceptions import CATALOGUE
from app.core.field_codes import FieldCode
from docs.tools.events import event_pages  # part webhooks
from docs.tools.markdown import table
from docs.tools.reference import problem_pages, settings_page
from docs.tools.rules import lint_rules_page
from spec.rules.explained import RULES
from tests.docs.pages import ROOT, Page

COMMON = yaml.safe_load((ROOT / "spec/v1/common.yaml").read_text())["components"]
EXTENSIONS = yaml.safe_load((ROOT / "spec/rules/extensions.yaml").read_text())

SETTINGS = settings_page(ROOT)
PROBLEMS = problem_pages(ROOT)
RULES_PAGE = lint_rules_page()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_has_a_description_on_its_page(name: str) -> None:
    description = Settings.model_fields[name].description

    assert description
    assert f"\n| `{name.upper()}` |" in SETTINGS


def test_the_settings_stand_below_the_headings_of_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    wanted = re.findall(r"^# ===== (.+) =====$|^(\w+)=", example, re.MULTILINE)
    found = re.findall(r"^## (.+)$|^\| `(\w+)` \|", SETTINGS, re.MULTILINE)

    assert found == wanted


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_problem_has_a_page_that_says_what_to_do(slug: str) -> None:
    assert CATALOGUE[slug].remedy in PROBLEMS[f"docs/reference/problems/{slug}.md"]


# part webhooks
def test_the_events_of_a_version_have_a_page_with_their_examples() -> None:
    page = event_pages(ROOT)["docs/reference/api/v1/events.md"]

    assert "## webhook.ping\n" in page
    assert '"type": "webhook.ping"' in page
    assert "| `webhook-signature` | header |" in page


# end part


def test_the_page_of_errors_lists_the_codes_of_fields() -> None:
    codes = table(("Code", "Rule that was broken"), [(f"`{it}`", it.rule) for it in FieldCode])

    assert codes in Page("docs/ERROR_MODEL.md").text, f"Fix: write in docs/ERROR_MODEL.md\n{codes}"


@pytest.mark.parametrize("number", RULES)
def test_a_rule_is_explained_with_its_examples(number: str) -> None:
    section = RULES_PAGE.partition(f"### {number}: ")[2].partition("\n###")[0]

    assert RULES[number].bad in section
    assert RULES[number].good in section


@pytest.mark.parametrize("kind", ["parameters", "headers", "responses"])
def test_the_readme_of_the_contract_names_its_shared_parts(kind: str) -> None:
    assert set(COMMON[kind]) - set(Page("spec/README.md").names) == set()


@pytest.mark.parametrize("name", EXTENSIONS)
def test_the_readme_of_the_contract_shows_a_valid_value_of_an_extension(name: str) -> None:
    shown = [text for text in Page("spec/README.md").names if text.startswith(f"{name}: ")]

    assert shown
    value = yaml.safe_load(shown[0])[name]
    validator_for(EXTENSIONS[name]["schema"]).validate(value)


def test_the_tests_of_the_promises_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", Page("docs/PROMISES.md").text)

    assert named
    missing = [name for path, name in named if f"def {name}(" not in (ROOT / path).read_text()]
    assert missing == []

"""Whatever needs a page or a text has one."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema_rs import validator_for

from app.core.config import Settings
from app.core.exceptions import CATALOGUE
from tests.docs.pages import ROOT, Page
from tools.docs.reach import reach

COMMON = yaml.safe_load((ROOT / "spec/v1/common.yaml").read_text())["components"]
EXTENSIONS = yaml.safe_load((ROOT / "spec/rules/extensions.yaml").read_text())

REACHING = {
    "services/pets.py": """
from app.services.mail import announce as tell

class Pets(v1.PetsService):
    async def add_pet(self):
        await tell(work)
""",
    "services/mail.py": """
async def announce(work):
    await _write(work)

async def _write(work):
    await work.letters.add()
""",
    "db/unit_of_work.py": """
class UnitOfWork:
    def __init__(self, session):
        self.letters = LetterRepository(session)
""",
    "db/letters.py": """
class LetterRepository(Repository[Letter]):
    pass
""",
    "db/models/letters.py": """
class Letter(Base):
    __tablename__ = "letters"
""",
}


def test_an_operation_reaches_what_an_imported_function_reaches(tmp_path: Path) -> None:
    for name, text in REACHING.items():
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    found = reach(tmp_path, "pets", "addPet")

    assert (found.queries, found.tables) == (("LetterRepository.add",), ("letters",))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_has_a_description_on_its_page(name: str) -> None:
    description = Settings.model_fields[name].description

    assert description
    lines = Page("docs/reference/settings.md").text.splitlines()
    assert any(line.startswith(f"| `{name.upper()}` |") for line in lines)


def test_the_settings_stand_below_the_headings_of_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    page = Page("docs/reference/settings.md").text

    wanted = re.findall(r"^# ===== (.+) =====$|^(\w+)=", example, re.MULTILINE)
    found = re.findall(r"^## (.+)$|^\| `(\w+)` \|", page, re.MULTILINE)

    assert found == wanted


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_problem_has_a_page_that_says_what_to_do(slug: str) -> None:
    path = f"docs/reference/problems/{slug}.md"

    assert (ROOT / path).is_file(), "make generate"
    assert CATALOGUE[slug].remedy in Page(path).text


@pytest.mark.parametrize("kind", ["parameters", "headers", "responses"])
def test_the_readme_of_the_contract_names_its_shared_parts(kind: str) -> None:
    assert set(COMMON[kind]) - set(Page("spec/README.md").names) == set()


@pytest.mark.parametrize("name", EXTENSIONS)
def test_the_readme_of_the_contract_shows_a_valid_value_of_an_extension(name: str) -> None:
    shown = [text for text in Page("spec/README.md").names if text.startswith(f"{name}: ")]

    assert shown
    value = yaml.safe_load(shown[0])[name]
    validator_for(EXTENSIONS[name]["schema"]).validate(value)

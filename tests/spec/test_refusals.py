"""What the generator cannot honour is refused with line, reason and fix, and nothing is written."""

import pytest

from spec.tools.finding import RefusedError
from tests.spec.project import Project

# File, what the sample says, what cannot be honoured, and the reason; HERE marks the line.
REFUSALS = [
    ("files.yaml", '"201":', '"405":', "no success is declared"),
    (
        "pets.yaml",
        "security:",
        "security: [{badge: []}]\n      x-security:",
        "there is no security scheme badge",
    ),
    (
        "openapi.yaml",
        "url: /sample/v1",
        "url: https://example.org/{base}  # HERE",
        "has the variable base",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), REFUSALS)
def test_a_construct_is_refused_on_its_line(
    project: Project, file: str, old: str, new: str, message: str
) -> None:
    project.edit(file, old, new)

    refused = project.refused()

    found = [it for it in refused if message in it.message]
    assert found, refused
    if "HERE" in new:
        assert project.marked() in [(it.where.file, it.where.line) for it in found]


def test_a_refused_contract_changes_nothing(written: Project) -> None:
    before = written.snapshot()
    written.edit("pets.yaml", "List pets", "List all pets")
    written.edit("files.yaml", '"201":', '"405":')

    with pytest.raises(RefusedError, match=r"(?s)no success .*\. Fix: declare .* R001 "):
        written.generate()

    assert written.snapshot() == before


def test_everything_is_refused_at_once(project: Project) -> None:
    for file, old, new, _ in REFUSALS:
        project.edit(file, old, new.replace("  # HERE", ""))

    refused = " ".join(str(finding) for finding in project.refused())

    assert [message for *_, message in REFUSALS if message not in refused] == []

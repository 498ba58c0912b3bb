"""The verbs: what they write, when they write nothing, and what they print."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import watchfiles

from spec.tools import cli
from spec.tools.target import REPOSITORY, Target, targets
from tests.spec.project import SAMPLE, Project, snapshot

SCRIPT = """
import sys
from pathlib import Path
from tests.spec.project import Project
Project(Path(sys.argv[1])).generate()
"""


def test_every_file_of_a_contract_is_written(generated: Project) -> None:
    assert sorted(generated.snapshot()) == [
        "tiny/routes/__init__.py",
        "tiny/routes/files.py",
        "tiny/routes/pets.py",
        "tiny/schemas/__init__.py",
        "tiny/schemas/v1/__init__.py",
        "tiny/schemas/v1/files.py",
        "tiny/schemas/v1/models.py",
        "tiny/schemas/v1/openapi.json",
        "tiny/schemas/v1/operations.py",
        "tiny/schemas/v1/outgoing.py",
        "tiny/schemas/v1/pets.py",
        "tiny/schemas/v1/services.py",
        "tiny/services/files.py",
        "tiny/services/pets.py",
    ]


@pytest.mark.process
@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_no_byte_depends_on_the_hash_seed(generated: Project, tmp_path: Path, seed: str) -> None:
    command = (sys.executable, "-c", SCRIPT, str(tmp_path / "again"))

    subprocess.run(
        command, check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, cwd=REPOSITORY
    )

    assert snapshot(tmp_path / "again") == generated.snapshot()


def test_a_second_run_writes_nothing(written: Project) -> None:
    before = written.snapshot()

    lines = written.generate()

    assert [line for line in lines if line.startswith(("wrote", "removed"))] == []
    assert written.snapshot() == before


def test_only_what_changed_is_written(written: Project) -> None:
    written.edit("pets.yaml", "summary: List pets", "summary: List all pets")

    assert [line for line in written.generate() if line.startswith("wrote")] == [
        "wrote tiny/schemas/v1/openapi.json",
        "wrote tiny/schemas/v1/pets.py",
        "wrote tiny/routes/pets.py",
    ]


def test_an_idempotent_operation_may_return_what_it_replays(written: Project) -> None:
    """Without headers of its own it still has a reply, which knows the status to store."""
    operation, conflict = "operationId: sendForm", "common.yaml#/components/responses/Error"
    key = "{name: Idempotency-Key, in: header, description: Any text., schema: %s}"
    schema = '{type: string, maxLength: 9, pattern: "^[a-z]+$"}'
    extended = f"{operation}\n      x-idempotent: true\n      parameters:\n        - {key % schema}"
    written.edit("files.yaml", operation, extended)
    example = "{sent: {value: {name: report}}}"
    written.edit("files.yaml", example, f'{example}\n        "409": {{$ref: {conflict}}}')

    written.generate()

    assert ") -> SendForm200 | Replayed:" in written.read("schemas/v1/files.py")
    call = "services.files.send_form(body, idempotency_key=idempotency_key)"
    assert f"return render_reply(await {call})" in written.code("routes/files.py", "send_form")


def test_drift_is_shown_as_a_diff(written: Project) -> None:
    written.edit("pets.yaml", "summary: List pets", "summary: List all pets")

    lines = written.check()

    assert "--- tiny/routes/pets.py (on disk)" in lines
    assert "+++ tiny/routes/pets.py (from the contract)" in lines
    assert '-    """List pets."""' in lines
    assert '+    """List all pets."""' in lines


def test_lost_and_stray_files_are_drift_and_a_long_diff_is_cut(written: Project) -> None:
    (written.root / "tiny" / "routes" / "pets.py").unlink()
    (written.root / "tiny" / "services" / "pets.py").unlink()
    (written.root / "tiny" / "routes" / "ghosts.py").touch()
    (written.root / "tiny" / "schemas" / "v1" / "operations.py").write_text("")

    lines = written.check()

    assert lines[:2] == ["EXTRA tiny/routes/ghosts.py", "MISSING tiny/services/pets.py"]
    assert "MISSING tiny/routes/pets.py" in lines
    assert [line for line in lines if line.startswith("…")]


def test_a_vanished_tag_takes_its_files_along_but_not_its_service(written: Project) -> None:
    written.contract.joinpath("files.yaml").unlink()
    text = written.target.contract.read_text()
    for start, end in (("  - name: files", "paths:"), ("  /files:", "webhooks:")):
        text = text[: text.index(start)] + text[text.index(end) :]
    written.target.contract.write_text(text)

    removed = [line for line in written.generate() if line.startswith("removed")]

    assert removed == ["removed tiny/schemas/v1/files.py", "removed tiny/routes/files.py"]
    assert (written.root / "tiny/services/files.py").is_file()


def test_a_service_is_written_once_and_never_touched(written: Project) -> None:
    service = written.root / "tiny" / "services" / "pets.py"
    service.write_text("# mine\n")
    written.edit("pets.yaml", "summary: List pets", "summary: List all pets")

    written.generate()

    assert service.read_text() == "# mine\n"


def test_the_bundle_is_written_as_it_is_served(generated: Project) -> None:
    text = generated.read("schemas/v1/openapi.json")

    assert text.endswith("}\n")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_versions_are_the_folders_of_spec(tmp_path: Path) -> None:
    for name in ("v10", "v2", "tools"):
        (tmp_path / "spec" / name).mkdir(parents=True)

    older, newest = targets(tmp_path)

    assert (older.version, older.services) == ("v2", None)
    assert newest.version == "v10"
    assert newest.services == tmp_path / "app" / "services"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository in the template's own layout."""
    contract = Target.for_version(tmp_path, "v1").contract.parent
    contract.mkdir(parents=True)
    for path in SAMPLE.iterdir():
        contract.joinpath(path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_generate_says_how_long_it_took(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate"], root) == 0
    assert "spec/v1: generate passed in " in capsys.readouterr().out
    assert (root / "app" / "api" / "v1" / "routes" / "pets.py").is_file()


def test_check_fails_on_drift(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"], root) == 1

    errors = capsys.readouterr().err
    assert "MISSING app/schemas/v1/pets.py" in errors
    assert errors.endswith("Fix: make generate\n")


def test_a_finding_is_one_line_on_stderr(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "spec" / "v1" / "pets.yaml"
    path.write_text(path.read_text().replace("      summary: List pets\n", ""))

    assert cli.main(["lint"], root) == 1
    assert capsys.readouterr().err.splitlines() == [
        "spec/v1/pets.yaml:3: O002 the operation has no summary. Fix: add a summary",
        "1 error; nothing was written",
    ]


def test_lint_passes_and_bundle_prints(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lint"], root) == 0
    capsys.readouterr()

    assert cli.main(["bundle"], root) == 0
    assert json.loads(capsys.readouterr().out)["info"]["title"] == "Sample"


def test_without_a_contract_the_fix_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["lint"], tmp_path) == 1
    assert "Fix: add spec/v1/openapi.yaml" in capsys.readouterr().err


def test_watch_generates_at_once_and_on_every_save(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Path] = []

    def saves(*_: object, **__: object) -> Iterator[set[object]]:
        yield set()
        yield set()

    monkeypatch.setattr(watchfiles, "watch", saves)

    def run(command: tuple[str, ...], *, cwd: Path, check: bool) -> None:
        assert (command[1:], check) == (("-m", "spec", "generate"), False)
        runs.append(cwd)

    monkeypatch.setattr(subprocess, "run", run)

    assert cli.main(["watch"], root) == 0
    assert runs == [root] * 3


def test_the_project_s_own_code_is_what_its_contract_gives() -> None:
    assert cli.main(["check"]) == 0

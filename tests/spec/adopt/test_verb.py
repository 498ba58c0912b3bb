"""`python -m spec adopt`: what it refuses, writes and reports."""

from pathlib import Path

import pytest

from spec.tools.cli import main
from spec.tools.finding import RefusedError
from tests.spec.adopt.foreign import HEAD, Foreign, document

PATHS = "paths: {/loans: {get: {responses: {'200': {description: All.}}}}}\n"


def test_swagger_2_is_refused_with_a_converter(tmp_path: Path) -> None:
    foreign = Foreign(tmp_path, {"api.yaml": "swagger: '2.0'\npaths: {}\n"})

    (finding,) = foreign.refused()

    assert finding.message == "this is Swagger 2.0, not OpenAPI 3"
    assert "swagger2openapi" in finding.fix


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}paths: {{/a: {{$ref: gone.yaml}}}}\n", "there is no file gone.yaml"),
        (f"{HEAD}paths: {{/a: {{$ref: 'https://x.example/a.yaml'}}}}\n", "on another server"),
        (f"{HEAD}paths: {{/a: {{$ref: '#/nowhere'}}}}\n", "#/nowhere leads nowhere"),
        ("info: {}\n", "the document has no `openapi:`"),
        ("openapi: 4.0.0\n", "OpenAPI 4.0.0 is not known"),
        ("openapi: 3.0.0\n\tpaths: {}\n", "not YAML"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str, message: str
) -> None:
    foreign = Foreign(tmp_path, {"api.yaml": text})

    (finding,) = foreign.refused()

    assert message in finding.message
    assert not foreign.into.exists()


def test_a_contract_is_only_replaced_when_told_so(tmp_path: Path) -> None:
    foreign = document(tmp_path, PATHS)
    foreign.adopt()
    (foreign.into / "old.yaml").write_text("paths: {}\n")

    with pytest.raises(RefusedError) as refused:
        foreign.adopt()

    assert "--overwrite" in refused.value.findings[0].fix
    foreign.adopt(overwrite=True)
    assert not (foreign.into / "old.yaml").exists()


def test_the_report_names_the_line_of_every_change(tmp_path: Path) -> None:
    foreign = document(tmp_path, PATHS)

    foreign.adopt()

    assert "- GET /loans has the tag loans: openapi.yaml:3" in foreign.report


def test_json_is_read_with_its_escapes(tmp_path: Path) -> None:
    foreign = Foreign(
        tmp_path,
        {
            "api.json": '{\n\t"openapi": "3.1.0",\n'
            '\t"info": {"title": "Caf\\u00e9 \\ud83d\\ude00", "version": "1\\/2"},\n\t"paths": {}}'
        },
    )

    info = foreign.contract().node("info")

    assert (info.text("title"), info.text("version")) == ("Café 😀", "1/2")


def test_merge_keys_and_repeated_keys_are_read_as_their_author_did(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        x-base: &base {description: All., x-a: 1}
        paths: {/loans: {get: {summary: A, summary: B, responses: {'200': {<<: *base, x-a: 2}}}}}
        """,
    )

    (get,) = foreign.contract().endpoints()

    assert get.node.text("summary") == "B"
    assert get.node.get("responses").child("200").value == {"description": "All.", "x-a": 2}
    assert "the key 'summary' occurs twice" in foreign.report


def test_the_command_writes_the_contract_and_shows_its_progress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = document(tmp_path, PATHS)

    status = main(["adopt", str(foreign.first)], tmp_path)

    printed = capsys.readouterr()
    assert status == 0
    assert "spec/v1/loans.yaml" in printed.out
    assert "converting 1 paths" in printed.err


def test_a_file_that_does_not_exist_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adopt", str(tmp_path / "gone.yaml")], tmp_path) == 1

    assert "there is no such file" in capsys.readouterr().err

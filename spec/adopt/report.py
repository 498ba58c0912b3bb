"""The report of an adoption, as Markdown."""

from collections.abc import Iterator, Mapping

from spec.adopt.notes import Note, Notes

NAME = "ADOPTED.md"
_NEXT = (
    "`python -m spec lint` lists what the rules still say, "
    "`python -m spec generate` writes the code, `make types` names the services to write."
)


def report(source: str, facts: Mapping[str, object], notes: Notes) -> Iterator[str]:
    """Yield the lines: what stays to do, then what was changed, each with its line."""
    yield f"# How {source} became this contract"
    yield ""
    todo = notes.of(is_open=True)
    but = ", except where paths are served: see Servers" if "Servers" in todo else ""
    yield f"Nothing was changed on the wire{but}. Lines are those of the source."
    yield ""
    yield "| What | Value |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in facts.items())
    yield ""
    yield "## To do"
    yield ""
    yield from _topics(todo, "###")
    yield _NEXT
    yield ""
    yield "## Changed"
    yield ""
    yield from _topics(notes.of(is_open=False), "###")


def _topics(topics: Mapping[str, list[Note]], marks: str) -> Iterator[str]:
    for topic, notes in topics.items():
        yield f"{marks} {topic} ({len(notes)})"
        yield ""
        lines: dict[str, list[str]] = {}
        for note in notes:
            lines.setdefault(note.text, []).append(f"{note.where.file}:{note.where.line}")
        yield from (f"- {text}: {', '.join(places)}" for text, places in lines.items())
        yield ""

"""Requests and answers as pages write them: `http` blocks and curl commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.docs.pages import Page

_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


@dataclass
class Command:
    """A request, from a curl command or an `http` block."""

    method: str = "GET"
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    form: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_curl(cls, text: str) -> "Command":
        """Read the options that our pages use."""
        words = iter(shlex.split(text.replace("\\\n", " "))[1:])
        command = cls()
        for word in words:
            if word == "-X":
                command.method = next(words)
            elif word == "-H":
                name, _, value = next(words).partition(": ")
                command.headers[name] = value
            elif word in {"-d", "--data-binary"}:
                command.body = next(words)
            elif word == "--data-urlencode":
                name, _, value = next(words).partition("=")
                command.form[name] = value
            elif not word.startswith("-"):
                command.url = word
        return command

    @classmethod
    def from_http(cls, text: str) -> "Command":
        """Read a request line, headers, an empty line and a body."""
        head, _, body = text.partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, url = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        return cls(method, url, headers, body.strip() or None)


@dataclass(frozen=True)
class Exchange:
    """A request and the answer that the page shows right below it."""

    where: str
    request: str
    answer: str

    @property
    def status(self) -> int:
        """The status that the page promises."""
        return int(self.answer.split(" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the page shows; an answer may have more."""
        head = self.answer.partition("\n\n")[0]
        return dict(line.split(": ", 1) for line in head.splitlines()[1:])

    @property
    def body(self) -> str:
        """The body that the page shows."""
        return self.answer.partition("\n\n")[2].strip()


def exchanges(page: Page) -> Iterator[Exchange]:
    """Yield what the `http` blocks of a page show; every request needs its answer.

    Raises:
        AssertionError: A request has no answer, or the other way round.
    """
    blocks = [block for block in page.blocks if block.language == "http"]
    assert len(blocks) % 2 == 0, f"{page.path} has a request without an answer"
    for request, answer in zip(blocks[::2], blocks[1::2], strict=True):
        where = f"{page.path}:{request.line}"
        assert not request.content.startswith("HTTP/"), f"{where} is no request"
        assert answer.content.startswith("HTTP/1.1 "), f"{where} has no answer below it"
        yield Exchange(where, request.content, answer.content)


def filled(text: str, values: dict[str, str]) -> str:
    """Return a text with its `$NAMES` replaced."""
    return _VARIABLE.sub(lambda match: values[match[1]], text)


def variables(text: str) -> list[str]:
    """Return the names that a text needs, each once."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def curl_commands(page: Page) -> list[str]:
    """Return the curl commands that begin a line of a shell block."""
    text = "\n".join(block.content for block in page.blocks if block.language == "sh")
    return re.findall(r"^curl (?:.*\\\n)*.*$", text, re.MULTILINE)

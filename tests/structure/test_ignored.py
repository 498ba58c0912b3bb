"""What .gitignore lists is not in the repository, and what tools write is listed."""

import subprocess

from tests.conftest import ROOT


def git(*arguments: str) -> list[str]:
    """Return the lines that git prints."""
    command = ["git", *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_no_committed_file_is_ignored() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []


def test_what_holds_secrets_or_data_is_ignored() -> None:
    names = [".env", ".env.production", ".coverage", "data/secret-key", "data/app.db", "site/x"]

    assert git("check-ignore", "--no-index", *names) == names


def test_every_committed_file_is_text() -> None:
    """A tool's data file, such as `.coverage`, is none."""
    assert [line for line in git("ls-files", "--eol") if line.startswith("i/-text")] == []

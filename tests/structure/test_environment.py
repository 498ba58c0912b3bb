"""Settings come from one place."""

import re
from pathlib import Path

from tests.structure.files import modules, read

READERS = re.compile(r"\benviron\b|\bgetenv\b|\bdotenv\b|\bBaseSettings\b")


def test_only_the_settings_read_the_environment() -> None:
    readers = [path for path in modules("app") if READERS.search(read(path))]

    assert readers == [Path("app/core/config.py")]

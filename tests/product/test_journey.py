"""From the template to a product: its name, two resources, a foreign contract, all checks."""

import os
import time
from pathlib import Path

import pytest

from tests import figures
from tests.docs.follow import clone, commit, follow
from tests.docs.pages import Page
from tests.extension.measure import by_hand
from tests.product.test_parts import PYTHON, run

pytestmark = pytest.mark.parts

INIT = ("--name", "Parcel API", "--description", "Parcels and where they are.")
RESOURCES = (
    ("parcels", "--fields", "name:string(1..120) weight:decimal? due:date? archived:bool=false"),
    ("depots", "--fields", "name:string country:enum(de|fr|it)=de", "--ownership", "none"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the template, for which nothing is installed anew."""
    root = clone(tmp_path)
    for pattern in ("requirements*.txt", "spec/**/package*.json"):
        for path in root.glob(pattern):
            os.utime(path, (0, 0))
    return root


def test_a_product_with_two_resources_and_a_foreign_contract_passes_all_checks(
    folder: Path,
) -> None:
    started = time.monotonic()

    def record(step: str) -> None:
        minutes = (time.monotonic() - started) / 60
        figures.record("from template to product", f"{step} after {minutes:.1f} min")

    run(folder, PYTHON, "-m", "spec", "init", *INIT, "--drop", "example")
    record("named")
    for resource in RESOURCES:
        run(folder, PYTHON, "-m", "spec", "resource", *resource)
    record("two resources, 0 files touched by hand")
    commit(folder)
    follow(Page("docs/how-to/bring-your-own-contract.md"), folder)
    record(f"a foreign contract, {by_hand(folder, 'HEAD')}")
    commit(folder)

    run(folder, "make", "check")

    record("all checks passed")

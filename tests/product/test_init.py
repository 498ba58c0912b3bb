"""What `init` refuses, before anything is changed."""

from pathlib import Path

import pytest

from spec.product.init import Product, init
from spec.tools.finding import RefusedError


@pytest.mark.parametrize("name", ["", "parcel api", "Parcel/API", "Parcel  API"])
def test_a_name_that_fits_no_package_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"--name:1: .* cannot be used\. Fix: write words"):
        init(tmp_path, Product(name, "Parcels."), ())


@pytest.mark.parametrize("description", ["", 'The "best" parcels.', "Costs $HOME.", "One.\nTwo."])
def test_a_description_that_ends_a_quoted_text_is_refused(description: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"--description:1: .* cannot be used\. Fix: write a"):
        init(tmp_path, Product("Parcel API", description), ())

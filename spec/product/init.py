"""Verb `init`: make the repository the product's own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec.product.drop import drop, text_files, tidy
from spec.product.marks import unmarked
from spec.product.parts import parts
from spec.tools.finding import Finding, RefusedError, Where

TEMPLATE = "template"
_NAME = re.compile(r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9]+)*")
# It is written between double quotes in YAML, TOML and the Dockerfile.
_DESCRIPTION = re.compile(r'[^"\\$\x00-\x1f]+')
_SENTENCE = "A template for an HTTP backend in Python.\n"


@dataclass(frozen=True)
class Product:
    """What the product is called.

    Attributes:
        name: Its name, such as `Parcel API`.
        description: One sentence.
    """

    name: str
    description: str

    @property
    def slug(self) -> str:
        """The name of packages, images and containers."""
        return self.name.lower().replace(" ", "-")

    @property
    def brand(self) -> str:
        """How API keys begin; contract and column have room for eight characters."""
        return self.slug.replace("-", "")[:8]


def init(root: Path, product: Product, dropped: Iterable[str]) -> list[str]:
    """Drop parts, rename everything, and remove the marks and this tool; return what was done.

    Raises:
        RefusedError: Name or description cannot be used, there is no such part, or a mark has no
            pair.
    """
    _check(product)
    done = drop(root, [*dropped, TEMPLATE])
    tidy(root, list(_rewrite(root, product)))
    return [*done, f"renamed to {product.name} ({product.slug})"]


def _check(product: Product) -> None:
    """Refuse what cannot be written into all files."""
    for option, value, allowed, fix in (
        ("--name", product.name, _NAME, "write words of letters and digits, such as `Parcel API`"),
        ("--description", product.description, _DESCRIPTION, 'write a line without ", \\ and $'),
    ):
        if not allowed.fullmatch(value):
            raise RefusedError(Finding(Where(option, 1), f"{value!r} cannot be used", fix))


def optional_parts() -> Sequence[str]:
    """Return the parts that a product may keep."""
    return [name for name in parts() if name != TEMPLATE]


def _rewrite(root: Path, product: Product) -> Iterable[Path]:
    """Take the marks out of all files and write the names; yield what was changed."""
    for path, text in text_files(root):
        plain = unmarked(text, path.relative_to(root)) if "part " in text else text
        new = _renamed(plain, product)
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            yield path


def _renamed(text: str, product: Product) -> str:
    slug = product.slug
    for old, new in (
        (_SENTENCE, f"{product.description}\n"),
        ("A backend whose contract comes first.", product.description),
        ("FastAPI, contract first", product.name),
        ("fastapi-contract-first", slug),
        ("items-api-client", f"{slug}-client"),
        ("items_api_client", f"{slug.replace('-', '_')}_client"),
        ("Items API", product.name),
        ("itemsapi", product.brand),
    ):
        text = text.replace(old, new)
    return text

"""The names that a resource has in every layer."""

import keyword
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from spec.resource.fields import Field
from spec.resource.kinds import Part
from spec.tools.fields import class_name
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.names import parameter_name, pascal, snake

_LONGEST_IDENTIFIER = 63
"""PostgreSQL cuts off what is longer."""
_IMPORTED = {
    *(
        "Annotated",
        "Any",
        "Base",
        "BigInteger",
        "Caller",
        "CheckConstraint",
        "ClassVar",
        "Conflict",
    ),
    *("Cursors", "Database", "Decimal", "Entity", "ExactDecimal", "ForeignKey", "Idempotency"),
    *(
        "Index",
        "ListQuery",
        "Mapped",
        "Principal",
        "Replayed",
        "Repository",
        "Resources",
        "Select",
        "Sequence",
    ),
    *("SortKey", "String", "UnitOfWork"),
}
"""Names that the modules of a resource import."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A resource that a field refers to."""

    tag: str
    noun: str
    is_owned: bool


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource and its names.

    Attributes:
        tag: Plural, in snake case: `order_lines`.
        singular: One of them: `order_line`.
        is_owned: Whether each belongs to a user; otherwise administrators change them, and every
            user may read them.
        references: Field → the resource that it refers to.
    """

    tag: str
    singular: str
    fields: tuple[Field, ...]
    is_owned: bool
    references: dict[str, Reference]

    @property
    def noun(self) -> str:
        return self.singular.replace("_", " ")

    @property
    def nouns(self) -> str:
        return self.tag.replace("_", " ")

    @property
    def a_noun(self) -> str:
        """Return the noun with its article."""
        return str(_english().a(self.noun))

    @property
    def row(self) -> str:
        """Return the name of the row's class and of the schema."""
        return pascal(self.singular)

    @property
    def schema(self) -> str:
        """Return what the generator calls the schema."""
        return class_name(self.row)

    @property
    def service(self) -> str:
        return pascal(self.tag)

    @property
    def path(self) -> str:
        return f"/{self.tag.replace('_', '-')}"

    @property
    def parameter(self) -> str:
        """Return the parameter that identifies one of them in a path."""
        return f"{self.singular}_id"

    @property
    def parts(self) -> list[Part]:
        """Return the fields with what surrounds them."""
        return [
            Part(
                field,
                self.noun,
                self.row,
                self.references[field.name].noun if field.kind == "ref" else "",
            )
            for field in self.fields
        ]

    @property
    def filters(self) -> list[Part]:
        """Return the fields that narrow a list."""
        return [part for part in self.parts if part.field.is_filter]

    @property
    def indexes(self) -> list[tuple[str, ...]]:
        """Return the columns of each index."""
        owner = ("owner_id",) if self.is_owned else ()
        references = [(name,) for name in self.references]
        return [(*owner, "created_at", "id"), *references]


def singular_of(tag: str, given: str) -> str:
    """Return the singular of a tag; raises RefusedError where none is known."""
    if given:
        return given
    first, _, last = tag.rpartition("_")
    found = _english().singular_noun(last)
    if not found or found == last:
        fix = "write the name in the plural, or give the singular: singular=person name=people"
        raise refused("name", f"{tag} has no known singular", fix)
    return f"{first}_{found}" if first else str(found)


@cache
def _english() -> Any:  # noqa: ANN401 - imported here, because it takes longer than all else
    """Return the library that knows English nouns."""
    return import_module("inflect").engine()


def refused(where: str, message: str, fix: str) -> RefusedError:
    """Return the refusal of an argument."""
    return RefusedError(Finding(Where(where, 1), message, fix))


def check_words(tag: str, singular: str) -> None:
    """Refuse names that Python, the generator or the database cannot use.

    Raises:
        RefusedError: A name is no plural in snake case, is taken, or is too long.
    """
    for name in (tag, singular):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*", name):
            fix = "write lower case letters and underscores, such as order_lines"
            raise refused("name", f"the name {name!r} is not snake case", fix)
        if (same := snake(pascal(name))) != name:
            raise refused("name", f"{name} and {same} are one name", f"write {same}")
    if tag == singular:
        raise refused(
            "name",
            f"singular and plural are both {tag}",
            "give another singular: singular=news_item",
        )
    if keyword.iskeyword(tag) or parameter_name(tag) != tag:
        raise refused(
            "name", f"{tag} is a reserved word of Python or of the generator", "use another name"
        )
    if taken := {pascal(tag), pascal(singular)} & _IMPORTED:
        fix = "use a longer name, such as page_indexes"
        raise refused("name", f"the generated code uses {taken.pop()} itself", fix)


def check_lengths(resource: Resource) -> None:
    """Refuse names that the database would cut off; raises RefusedError."""
    names = [f"ix_{resource.tag}_{'_'.join(columns)}" for columns in resource.indexes]
    names += [f"ck_{resource.tag}_{part.name}" for part in resource.parts if part.check]
    names += [
        f"fk_{resource.tag}_{name}_{one.tag}" for name, one in resource.references.items()
    ] + [part.name for part in resource.parts]
    for name in names:
        if len(name) > _LONGEST_IDENTIFIER:
            fix = f"shorten the resource or the field, so that it has {_LONGEST_IDENTIFIER}"
            raise refused("name", f"the database name {name} has {len(name)} characters", fix)

"""Fields of a resource, as the command line names them: `name:kind(bounds)?=default`."""

import keyword
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.core.formats import checker
from spec.tools.fields import attribute
from spec.tools.finding import Finding, RefusedError, Where, closest
from spec.tools.load import Json

KINDS = {
    "string": "string(1..120): a text on one line; string(120) is the same",
    "text": "text, or text(5000): a long text",
    "int": "int(0..1000), or int",
    "decimal": "decimal(12,2): an exact number of 12 digits, 2 of them behind the point",
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "uuid": "uuid",
    "enum": "enum(low|high)",
    "email": "email",
    "uri": "uri",
    "ref": "ref(items): the id of a resource, in a field such as item_id",
}
_FIELD = re.compile(
    r"(?P<name>[^:]*):(?P<kind>[A-Za-z]*)(?:\((?P<bounds>[^()]*)\))?(?P<null>\??)(?:=(?P<default>.*))?"
)
_EXAMPLE = "write name:kind, such as budget:decimal? or archived:bool=false"
_ENTITY = {
    *("id", "owner_id", "created_at", "updated_at", "version", "metadata", "registry"),
    *("type_annotation_map", "dt", "mapped_column"),
}
"""Attributes that every row has, that SQLAlchemy needs, or that a model imports."""
_LIST = {
    *(
        "limit",
        "cursor",
        "caller",
        "created_after",
        "created_before",
        "principal",
        "filters",
        "query",
    ),
    *("start", "work", "page", "link", "body", "next_cursor", "visible", "items", "row", "select"),
}
"""Words of a list, whose filters are named after their fields."""
_LONGEST_TEXT = 10_000
_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (-(2**63), 2**63 - 1)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        low: Smallest number or length.
        high: Largest number or length; of a decimal, its number of digits.
        places: Digits behind the point.
        values: Values of an enum.
        target: The resource that a reference names.
        is_optional: Whether it may be null.
        default: The value of a request that leaves it out, as JSON.
    """

    name: str
    kind: str
    low: int = 0
    high: int = 0
    places: int = 0
    values: tuple[str, ...] = ()
    target: str = ""
    is_optional: bool = False
    default: Json = None

    @property
    def is_required(self) -> bool:
        """Tell whether a client has to send it to create a resource."""
        return not self.is_optional and self.default is None

    @property
    def is_filter(self) -> bool:
        """Tell whether a list can be narrowed to its values."""
        return self.kind in {"enum", "bool", "ref"}


def parse(text: str) -> list[Field]:
    """Return the fields that a text lists, separated by spaces.

    Raises:
        RefusedError: Some of them are wrong; each finding names the field and the fix.
    """
    try:
        words = shlex.split(re.sub(r"\s+(?=[^()]*\))", "", text))
    except ValueError as error:
        raise _refused([(1, f"the fields cannot be read: {error}", "close the quote")]) from None
    fields, wrong = [], []
    for number, word in enumerate(words, 1):
        try:
            fields.append(_field(word))
        except _WrongError as error:
            wrong.append((number, error.message, error.fix))
    names = [field.name for field in fields]
    repeated = sorted({name for name in names if names.count(name) > 1})
    fix = "remove one of the two"
    wrong += [(len(names), f"the field {name} occurs twice", fix) for name in repeated]
    if not words:
        wrong.append((1, "a resource needs a field", _EXAMPLE))
    if wrong:
        raise _refused(wrong)
    return fields


class _WrongError(Exception):
    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message, self.fix = message, fix


def _refused(wrong: Sequence[tuple[int, str, str]]) -> RefusedError:
    return RefusedError(*(Finding(Where("fields", number), *said) for number, *said in wrong))


def _field(word: str) -> Field:
    match = _FIELD.fullmatch(word)
    if match is None:
        raise _WrongError(f"{word!r} is not a field", _EXAMPLE)
    name, kind = match["name"], match["kind"]
    _check_name(name)
    if kind not in KINDS:
        fix = closest(kind, KINDS, f"use one of {', '.join(KINDS)}")
        raise _WrongError(f"the field {name} has the unknown kind {kind!r}", fix)
    field = _BOUNDS.get(kind, _no_bounds)(name, kind, match["bounds"])
    if field.is_filter and name in _LIST:
        raise _WrongError(f"the field {name} cannot be a filter of the list", "use another name")
    default = None if match["default"] is None else _default(field, match["default"])
    return Field(
        **{**vars(field), "is_optional": match["null"] == "?", "default": default},
    )


def _check_name(name: str) -> None:
    fix = "use another name"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise _WrongError(f"the name {name!r} is not snake case", "write it like due_date")
    if keyword.iskeyword(name):
        raise _WrongError(f"the field {name} is a keyword of Python", fix)
    if attribute(name) != name:
        raise _WrongError(f"the field name {name} is reserved by Python or Pydantic", fix)
    if name in _ENTITY:
        raise _WrongError(f"every row already has a field {name}", "leave it out, or rename it")


def _no_bounds(name: str, kind: str, bounds: str | None) -> Field:
    if bounds is not None:
        raise _WrongError(f"the field {name}: a {kind} has no bounds", f"write {name}:{kind}")
    high = {"email": 254, "uri": 2000}.get(kind, 0)
    return Field(name=name, kind=kind, low=0, high=high)


def _text(name: str, kind: str, bounds: str | None) -> Field:
    default = "1..200" if kind == "string" else f"{_LONGEST_TEXT // 2}"
    low, high = _range(name, kind, bounds or default, lowest=0, only_high=1)
    if not 0 <= low <= high or not 1 <= high <= _LONGEST_TEXT:
        fix = f"use lengths between 0 and {_LONGEST_TEXT}, the smaller one first"
        raise _WrongError(f"the field {name} has impossible lengths", fix)
    return Field(name=name, kind=kind, low=low, high=high)


def _int(name: str, kind: str, bounds: str | None) -> Field:
    if bounds is None:
        return Field(name=name, kind=kind, low=_INT32[0], high=_INT32[1])
    low, high = _range(name, kind, bounds, lowest=_INT64[0])
    if not _INT64[0] <= low <= high <= _INT64[1]:
        fix = "use bounds of 64 bits, the smaller one first"
        raise _WrongError(f"the field {name} has impossible bounds", fix)
    return Field(name=name, kind=kind, low=low, high=high)


def _range(
    name: str, kind: str, bounds: str, *, lowest: int, only_high: int | None = None
) -> tuple[int, int]:
    """Return both ends of `low..high`, or of `high` alone where that is allowed."""
    match = re.fullmatch(r"(?:(-?[0-9]{1,19})\.\.)?(-?[0-9]{1,19})", bounds)
    if match is None or (match[1] is None and only_high is None):
        raise _WrongError(f"the field {name} has the bounds {bounds!r}", f"write {KINDS[kind]}")
    low = int(match[1]) if match[1] is not None else only_high or 0
    return max(low, lowest) if match[1] is None else low, int(match[2])


def _decimal(name: str, kind: str, bounds: str | None) -> Field:
    match = re.fullmatch(r"([0-9]{1,2}),([0-9]{1,2})", bounds or "12,2")
    if match is None:
        raise _WrongError(f"the field {name} has the digits {bounds!r}", f"write {KINDS[kind]}")
    digits, places = int(match[1]), int(match[2])
    if not 0 <= places < digits <= 18:
        fix = "use at most 18 digits, and fewer after the decimal point"
        raise _WrongError(f"the field {name} has impossible digits", fix)
    return Field(name=name, kind=kind, high=digits, places=places)


def _enum(name: str, kind: str, bounds: str | None) -> Field:
    values = (bounds or "").split("|")
    wrong = [value for value in values if not re.fullmatch(r"[a-z][a-z0-9_-]{0,49}", value)]
    if wrong:
        fix = f"write {KINDS[kind]}, in lower case"
        raise _WrongError(f"the field {name} has the value {wrong[0]!r}", fix)
    if len({value.replace("-", "_") for value in values}) < len(values) or len(values) > 100:
        fix = "remove the repeated ones, and list at most 100"
        raise _WrongError(f"the field {name} has repeated or too many values", fix)
    return Field(name=name, kind=kind, values=tuple(values), high=max(20, *map(len, values)))


def _reference(name: str, kind: str, bounds: str | None) -> Field:
    if not bounds:
        raise _WrongError(f"the field {name} does not name a resource", f"write {KINDS[kind]}")
    return Field(name=name, kind=kind, target=bounds)


_BOUNDS = {
    "string": _text,
    "text": _text,
    "int": _int,
    "decimal": _decimal,
    "enum": _enum,
    "ref": _reference,
}


def _default(field: Field, text: str) -> Json:
    """Return a default as JSON."""
    if not _fits(field, text):
        fix = f"use a value of the kind {field.kind} within its bounds, or leave the default out"
        raise _WrongError(f"the field {field.name} cannot have the default {text!r}", fix)
    if field.kind == "bool":
        return text == "true"
    return int(text) if field.kind == "int" else text


def _fits(field: Field, text: str) -> bool:
    fits = False
    match field.kind:
        case "string" | "text":
            fits = field.low <= len(text) <= field.high and "\0" not in text
        case "int":
            is_number = re.fullmatch(r"-?[0-9]{1,19}", text) is not None
            fits = is_number and field.low <= int(text) <= field.high
        case "bool":
            fits = text in {"true", "false"}
        case "enum":
            fits = text in field.values
        case "decimal":
            fits = re.fullmatch(decimal_pattern(field), text) is not None
        case "date" | "datetime":
            fits = _is_moment(field.kind, text)
        case "uuid" | "email" | "uri":
            fits = checker(field.kind)(text) and len(text) <= (field.high or 36)
    return fits


def _is_moment(kind: str, text: str) -> bool:
    if not checker("date" if kind == "date" else "date-time")(text):
        return False
    read = date.fromisoformat if kind == "date" else datetime.fromisoformat
    try:
        return bool(read(text))
    except ValueError:
        return False


def decimal_pattern(field: Field) -> str:
    """Return the regular expression of a decimal number with all of its places."""
    more = field.high - field.places - 1
    whole = f"(0|[1-9][0-9]{{0,{more}}})" if more else "[0-9]"
    return f"^-?{whole}" + (rf"\.[0-9]{{{field.places}}}$" if field.places else "$")

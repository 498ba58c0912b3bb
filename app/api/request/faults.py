"""What a validator finds → field errors in terms of JSON and HTTP."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, cast

from jsonschema_rs import ValidationError, ValidationErrorKind, Validator

from app.core.field_codes import FieldCode
from app.core.problem import FieldError

Path = tuple[str | int, ...]
Fault = tuple[Path, FieldCode, str]
"""Where, the code of the rule, and what is wrong in words; none of the client's data."""

_MOST = 1000
_MAX_POINTER = 1000
_MAX_VALUES = 20
_LIMITS = {
    "minLength": (FieldCode.STRING_TOO_SHORT, "String should have at least {} character{s}"),
    "maxLength": (FieldCode.STRING_TOO_LONG, "String should have at most {} character{s}"),
    "minItems": (FieldCode.ARRAY_TOO_SHORT, "Array should have at least {} item{s}"),
    "maxItems": (FieldCode.ARRAY_TOO_LONG, "Array should have at most {} item{s}"),
    "minProperties": (FieldCode.TOO_FEW_PROPERTIES, "Object should have at least {} member{s}"),
    "maxProperties": (FieldCode.TOO_MANY_PROPERTIES, "Object should have at most {} member{s}"),
    "minimum": (FieldCode.GREATER_THAN_EQUAL, "Input should be greater than or equal to {}"),
    "maximum": (FieldCode.LESS_THAN_EQUAL, "Input should be less than or equal to {}"),
    "exclusiveMinimum": (FieldCode.GREATER_THAN, "Input should be greater than {}"),
    "exclusiveMaximum": (FieldCode.LESS_THAN, "Input should be less than {}"),
}
_TYPES = {
    "string": (FieldCode.STRING_TYPE, "a valid string"),
    "integer": (FieldCode.INTEGER_TYPE, "an integer"),
    "number": (FieldCode.NUMBER_TYPE, "a number"),
    "boolean": (FieldCode.BOOLEAN_TYPE, "true or false"),
    "object": (FieldCode.OBJECT_TYPE, "an object"),
    "array": (FieldCode.ARRAY_TYPE, "an array"),
    "null": (FieldCode.NULL_TYPE, "null"),
}
_TYPE_CODES = {code for code, _ in _TYPES.values()}
_FORMATS = {
    "date-time": "a date and time with offset (RFC 3339)",
    "date": "a date (RFC 3339)",
    "uuid": "a UUID (RFC 9562)",
    "email": "an email address (RFC 5321)",
    "uri": "an absolute URI (RFC 3986)",
    "byte": "base64 (RFC 4648)",
    "decimal": "a decimal number, such as 12.50",
}
_FIXED = {
    "UniqueItems": (FieldCode.NOT_UNIQUE, "Items should differ from each other"),
    "Contains": (FieldCode.CONTAINS, "Array lacks an item that it should have, or has too many"),
    "FalseSchema": (FieldCode.EXTRA_FORBIDDEN, "Extra inputs are not permitted"),
    "PropertyNames": (FieldCode.PROPERTY_NAME, "Object has a member whose name is not allowed"),
    "Not": (FieldCode.NOT_ALLOWED, "Input is of a kind that is not allowed here"),
    "OneOfMultipleValid": (
        FieldCode.AMBIGUOUS,
        "Input fits several alternatives, and may fit only one",
    ),
}


def faults(validator: Validator, value: object) -> Iterator[Fault]:
    """Yield what is wrong with a value; of what has a wrong type, nothing else is said."""
    errors = islice(validator.iter_errors(cast("Any", value)), _MOST)
    found = dict.fromkeys(fault for error in errors for fault in explain(error))
    mistyped = {place for place, code, _ in found if code in _TYPE_CODES}
    yield from (it for it in found if it[0] not in mistyped or it[1] in _TYPE_CODES)


def body_errors(found: Sequence[Fault]) -> list[FieldError]:
    """Return the errors of a body."""
    return [
        FieldError(location="body", pointer=pointer(path), code=code, detail=detail)
        for path, code, detail in found
    ]


def pointer(path: Path) -> str:
    """Return a JSON Pointer (RFC 6901); a too long one ends at what holds the place."""
    text = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    while len(text) > _MAX_POINTER:
        text = text.rpartition("/")[0]
    return text


def explain(error: ValidationError) -> Iterator[Fault]:
    """Yield the faults that one error of a validator stands for."""
    path = tuple(error.instance_path)
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            yield (*path, name), FieldCode.MISSING, "Field required"
        case ValidationErrorKind.AdditionalProperties(
            unexpected=names
        ) | ValidationErrorKind.UnevaluatedProperties(unexpected=names):
            for name in names:
                yield (*path, name), FieldCode.EXTRA_FORBIDDEN, "Extra inputs are not permitted"
        case ValidationErrorKind.AnyOf(context=branches) | ValidationErrorKind.OneOfNotValid(
            context=branches
        ):
            yield from _of_a_union(path, [list(branch) for branch in branches])
        case kind:
            yield path, *_of_one_value(error, kind)


def _of_one_value(error: ValidationError, kind: ValidationErrorKind) -> tuple[FieldCode, str]:
    """Return the code of a rule about one value, and what is wrong."""
    found = _FIXED.get(type(kind).__name__, (FieldCode.INVALID, "Input is not valid"))
    match kind:
        case ValidationErrorKind.Type(types=types):
            found = _wrong_type(list(types))
        case ValidationErrorKind.Format(format=name):
            found = (
                FieldCode.FORMAT,
                f"Input should be {_FORMATS.get(name, f'of the format {name}')}",
            )
        case ValidationErrorKind.Pattern(pattern=pattern):
            found = FieldCode.PATTERN, f"String should match pattern '{pattern}'"
        case ValidationErrorKind.MultipleOf(multiple_of=factor):
            found = FieldCode.MULTIPLE_OF, f"Input should be a multiple of {factor:g}"
        case ValidationErrorKind.Enum(options=options):
            found = FieldCode.ENUM, f"Input should be {_listed(list(options))}"
        case ValidationErrorKind.Constant(expected_value=expected):
            found = FieldCode.CONST, f"Input should be {_listed([expected])}"
        case _ if error.schema_path and error.schema_path[-1] in _LIMITS:
            found = _of_size(error, str(error.schema_path[-1]), getattr(kind, "limit", 0))
    return found


def _of_size(error: ValidationError, keyword: str, limit: object) -> tuple[FieldCode, str]:
    code, words = _LIMITS[keyword]
    text = words.format(limit, s="" if limit == 1 else "s")
    counted = isinstance(error.instance, list)
    return code, f"{text}, not {len(cast('list[object]', error.instance))}" if counted else text


def _wrong_type(types: list[str]) -> tuple[FieldCode, str]:
    known = [
        _TYPES[name] for name in types if name in _TYPES and (name != "null" or len(types) == 1)
    ]
    return known[0][0], f"Input should be {' or '.join(words for _, words in known)}"


def _listed(values: Sequence[object]) -> str:
    shown = [repr(value) if isinstance(value, str) else _json(value) for value in values]
    if len(shown) > _MAX_VALUES:
        return "one of the values that the contract lists"
    *most, last = shown
    return f"{', '.join(most)} or {last}" if most else last


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_a_union(path: Path, branches: list[list[ValidationError]]) -> Iterator[Fault]:
    """Yield what is wrong with the alternative that was meant, if that can be told."""
    found = [[fault for error in branch for fault in explain(error)] for branch in branches]
    meant = [own for own in found if not any(_chooses(path, fault) for fault in own)]
    tags = [fault for own in found for fault in own if _is_tag(path, fault)]
    kinds = [own[0] for own in found if len(own) == 1 and own[0][0] == path]
    common = [fault for fault in found[0] if all(fault in own for own in found)]
    if len(meant) == 1:
        yield from meant[0]
    elif not meant and len({place for place, *_ in tags}) == 1:
        words = _alternatives(tags).removeprefix("Input ")
        yield tags[0][0], FieldCode.UNION_TAG, f"The member {tags[0][0][-1]} {words}"
    elif len(kinds) == len(found):
        yield path, kinds[0][1], _alternatives(kinds)
    elif common:
        yield from common
    else:
        yield path, FieldCode.UNION, "Input fits none of the alternatives"


def _alternatives(found: Sequence[Fault]) -> str:
    words = (detail.rpartition("should be ")[2] for *_, detail in found)
    return f"Input should be {' or '.join(dict.fromkeys(words))}"


def _is_tag(path: Path, fault: Fault) -> bool:
    place, code, _ = fault
    return len(place) == len(path) + 1 and code in {
        FieldCode.CONST,
        FieldCode.ENUM,
        FieldCode.UNION_TAG,
    }


def _chooses(path: Path, fault: Fault) -> bool:
    """Tell whether a fault says that another alternative was meant."""
    place, code, _ = fault
    return _is_tag(path, fault) or (place == path and code in _TYPE_CODES)

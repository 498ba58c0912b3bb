"""Rules about strings and numbers."""

import re
from collections.abc import Iterator

from jsonschema_rs import validator_for

from spec.rules.catalogue import Schema
from spec.tools.contract import Node

Breaches = Iterator[tuple[Node, str, str]]

_EXACT = {"uuid", "date-time", "date"}
_FORMATS = {
    *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname"),
    *("ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid"),
    *("json-pointer", "relative-json-pointer", "regex", "byte", "binary", "decimal"),
    "password",
}
_NUMBER_FORMATS = {"int32", "int64", "float", "double"}
_WITH_NUL = ("\0", "a\0", "\0a", "a\0a", "A\0A", "0\x000", "\0" * 8, "a" * 7 + "\0")


def _is_free_text(schema: Schema) -> bool:
    """Tell whether a client may write what it wants in this string."""
    fixed = schema.node.has("enum") or schema.node.has("const")
    uploaded = schema.node.text("format") == "binary" or schema.node.has("contentMediaType")
    return schema.in_request and "string" in schema.types and not fixed and not uploaded


def bounded_strings(schema: Schema) -> Breaches:
    """Columns, logs and memory have limits, so the contract states them."""
    node = schema.node
    if _is_free_text(schema) and node.text("format") not in _EXACT and not node.has("maxLength"):
        yield node, "a string of a request has no maxLength", "add maxLength"


def strings_without_nul(schema: Schema) -> Breaches:
    r"""PostgreSQL refuses U+0000 in text, so the contract has to refuse it first."""
    node = schema.node
    if not _is_free_text(schema) or node.text("format"):
        return
    pattern, fix = node.text("pattern"), r"add pattern: ^[^\x00]*$"
    if not pattern:
        yield node, "a string of a request has no pattern", fix
    elif any(validator_for({"pattern": pattern}).is_valid(text) for text in _WITH_NUL):
        yield node.child("pattern"), "the pattern lets U+0000 through", r"anchor it: ^[^\x00]*$"


def bounded_numbers(schema: Schema) -> Breaches:
    """Columns and languages have ranges; without bounds the first overflow is a 500."""
    bounded = {"integer", "number"} if schema.in_request else {"integer"}
    if not bounded & set(schema.types) or schema.node.has("enum") or schema.node.has("const"):
        return
    for lower, upper in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if not schema.node.has(lower) and not schema.node.has(upper):
            kind = "a number of a request" if "number" in bounded else "an integer"
            yield schema.node, f"{kind} has no {lower}", f"add {lower}"


def integer_formats(schema: Schema) -> Breaches:
    """Clients choose the width of an integer by its format, so it has to hold the bounds."""
    written = schema.node.text("format")
    if "integer" not in schema.types or written not in {"", "int32", "int64"}:
        return  # S015 refuses other formats
    keys = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    bounds = [schema.node.child(key).value for key in keys]
    narrow = all(-(2**31) <= it < 2**31 for it in bounds if isinstance(it, int | float))
    form = "int32" if narrow else "int64"
    if written != form:
        yield schema.node, f"an integer whose format is not {form}", f"add format: {form}"


def portable_patterns(schema: Schema) -> Breaches:
    r"""Servers and clients read \d, \w and \s differently: of ASCII, or of all scripts."""
    node = schema.node.child("pattern")
    if re.search(r"(?<!\\)(\\\\)*\\[dDwWsSbB]", schema.node.text("pattern")):
        yield node, "languages read the pattern differently", r"write [0-9] for \d, and so on"


def known_formats(schema: Schema) -> Breaches:
    """A format that the validator does not know has no effect."""
    node, form = schema.node.child("format"), schema.node.text("format")
    if "string" in schema.types and form and form not in _FORMATS:
        yield node, f"the format {form} is not checked", "write maxLength and a pattern"
    if {"integer", "number"} & set(schema.types) and form and form not in _NUMBER_FORMATS:
        yield node, f"the format {form} says nothing", "use minimum and maximum"

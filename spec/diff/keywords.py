"""Comparison of the keywords that say something about a value itself."""

from fractions import Fraction
from math import ceil

from spec.diff.catalogue import Effect
from spec.diff.report import Scope
from spec.diff.view import CONDITIONS, TYPES, View, shown, written
from spec.tools.contract import Node
from spec.tools.load import Json

# Keyword of the rule, of the schema, and the one that excludes the bound itself.
_UPPER = (
    ("maximum", "maximum", "exclusiveMaximum"),
    ("max-length", "maxLength", ""),
    ("max-items", "maxItems", ""),
    ("max-properties", "maxProperties", ""),
)
_LOWER = (
    ("minimum", "minimum", "exclusiveMinimum"),
    ("min-length", "minLength", ""),
    ("min-items", "minItems", ""),
    ("min-properties", "minProperties", ""),
)
# Every value of the first format is one of the second.
_WIDER = {
    ("float", "double"),
    ("uri", "uri-reference"),
    ("uri", "iri"),
    ("uri-reference", "iri-reference"),
    ("email", "idn-email"),
    ("hostname", "idn-hostname"),
}
# Formats of integers are bounds.
_BITS: dict[Json, int] = {"int32": 31, "int64": 63}

Bound = tuple[Fraction, int]


def compare_keywords(scope: Scope, old: View, new: View) -> None:
    """Note what changed in enum, const, bounds, texts and conditions."""
    _values(scope, old, new)
    for sign, rows in ((1, _UPPER), (-1, _LOWER)):
        for rule, key, exclusive in rows:
            _bound(scope, old, new, (rule, key, exclusive), sign)
    _multiples(scope, old, new)
    _patterns(scope, old, new)
    _formats(scope, old, new)
    is_unique = [True in view.values("uniqueItems") for view in (old, new)]
    if is_unique[0] != is_unique[1]:
        effect = Effect.NARROWED if is_unique[1] else Effect.WIDENED
        _note(scope, "unique-items", effect, (old, new), ("uniqueItems",))
    _conditions(scope, old, new)
    _annotations(scope, old, new)


def compare_types(scope: Scope, old: View, new: View) -> bool:
    """Note what changed in the types; tell whether a common type is left."""
    keys = ("type", "enum", "const")
    before, after = old.types - {"null"}, new.types - {"null"}
    if before != after:
        effect = Effect.of(narrows=after < before, widens=after > before)
        text = f"type: {shown(before)} → {shown(after)}"
        scope.constrain("type", effect, *_place((old, new), keys, text))
    compare_null(scope, old, new)
    return bool(before & after)


def compare_null(scope: Scope, old: View, new: View) -> None:
    """Note whether null is refused or allowed now."""
    is_allowed = "null" in new.types
    if TYPES in (old.types, new.types) or is_allowed == ("null" in old.types):
        return
    effect = Effect.WIDENED if is_allowed else Effect.NARROWED
    text = "null is allowed now" if is_allowed else "null is refused now"
    scope.constrain("null", effect, *_place((old, new), ("type", "enum", "const"), text))


def _place(views: tuple[View, View], keys: tuple[str, ...], text: str) -> tuple[Node, str, str]:
    """Return node, text and keyword of the new schema, or of the old if only that has it."""
    old, new = views
    for view in (new, old):
        if (holder := view.holder(*keys)) is not None:
            return holder, text, next(key for key in keys if holder.has(key))
    return new.home, text, ""


def _note(
    scope: Scope, keyword: str, effect: Effect, views: tuple[View, View], keys: tuple[str, ...]
) -> None:
    sides = [
        ", ".join(written(value) for key in keys for value in view.values(key)) or "none"
        for view in views
    ]
    text = f"{keys[0]}: {sides[0]} → {sides[1]}"
    scope.constrain(keyword, effect, *_place(views, keys, text))


def _values(scope: Scope, old: View, new: View) -> None:
    before, after = old.texts("const"), new.texts("const")
    views = (old, new)
    if old.enum is None and new.enum is None:
        if before != after:
            effect = Effect.of(narrows=not before, widens=not after)
            _note(scope, "const", effect, views, ("const",))
        return
    first, second = (before or old.enum, after or new.enum)
    keys = ("enum", "const")
    if first is None or second is None:
        effect = Effect.NARROWED if first is None else Effect.WIDENED
        _note(scope, "enum-value", effect, views, keys)
        return
    for effect, values in ((Effect.NARROWED, first - second), (Effect.WIDENED, second - first)):
        for value in sorted(values):
            word = "removed" if effect is Effect.NARROWED else "added"
            node, text, key = _place(views, keys, f"value {value} {word}")
            scope.constrain("enum-value", effect, node, text, key)


def _limit(view: View, key: str, exclusive: str, sign: int) -> Bound | None:
    """Return the tightest bound; of two equal numbers the exclusive one is tighter."""
    found = [(sign * number, 1) for number in view.numbers(key)]
    is_whole = "fraction" not in view.types
    for number in view.numbers(exclusive) if exclusive else ():
        next_one = (Fraction(ceil(sign * number) - 1), 1)
        found.append(next_one if is_whole else (sign * number, 0))
    if exclusive and is_whole:
        bits = [_BITS[name] for name in view.values("format") if name in _BITS]
        found += [(Fraction(2**bit - (sign > 0)), 1) for bit in bits]
    if not exclusive and sign < 0:
        found.append((Fraction(0), 1))  # no length is below 0
    return min(found, default=None)


def _bound(scope: Scope, old: View, new: View, row: tuple[str, str, str], sign: int) -> None:
    rule, key, exclusive = row
    before, after = (_limit(view, key, exclusive, sign) for view in (old, new))
    if before == after:
        return
    is_narrower = after is not None and (before is None or after < before)
    effect = Effect.NARROWED if is_narrower else Effect.WIDENED
    text = f"{key}: {_bound_text(before, sign)} → {_bound_text(after, sign)}"
    keys = (key, exclusive, "format") if exclusive else (key,)
    scope.constrain(rule, effect, *_place((old, new), keys, text))


def _bound_text(bound: Bound | None, sign: int) -> str:
    if bound is None:
        return "none"
    number = bound[0] * sign
    text = str(number) if number.denominator == 1 else str(float(number))
    return text if bound[1] else f"{text} (excluded)"


def _multiples(scope: Scope, old: View, new: View) -> None:
    before, after = set(old.numbers("multipleOf")), set(new.numbers("multipleOf"))
    if before == after:
        return
    effect = Effect.of(
        narrows=all(any(one % other == 0 for one in after) for other in before),
        widens=all(any(one % other == 0 for one in before) for other in after),
    )
    _note(scope, "multiple-of", effect, (old, new), ("multipleOf",))


def _patterns(scope: Scope, old: View, new: View) -> None:
    before, after = old.texts("pattern"), new.texts("pattern")
    if before == after:
        return
    effect = Effect.of(narrows=before < after, widens=after < before)
    _note(scope, "pattern", effect, (old, new), ("pattern",))


def _formats(scope: Scope, old: View, new: View) -> None:
    before, after = (set(view.values("format")) - _BITS.keys() for view in (old, new))
    if before == after:
        return
    effect = Effect.of(
        narrows=all(any((one, other) in _WIDER for one in after) for other in before - after),
        widens=all(any((one, other) in _WIDER for one in before) for other in after - before),
    )
    _note(scope, "format", effect, (old, new), ("format",))


def _conditions(scope: Scope, old: View, new: View) -> None:
    for key in CONDITIONS:
        before, after = old.texts(key), new.texts(key)
        if before != after:
            effect = Effect.of(narrows=not before, widens=not after)
            _note(scope, "condition", effect, (old, new), (key,))


def _annotations(scope: Scope, old: View, new: View) -> None:
    before, after = old.values("default")[:1], new.values("default")[:1]
    if written(before) != written(after):
        sides = [written(values[0]) if values else "none" for values in (before, after)]
        place = _place((old, new), ("default",), f"default: {sides[0]} → {sides[1]}")
        is_new = scope.direction == "request" and not before
        scope.add("default-added" if is_new else "default-changed", *place)
    was, is_now = (True in view.values("deprecated") for view in (old, new))
    if was != is_now:
        word = "deprecated" if is_now else "undeprecated"
        scope.add(word, *_place((old, new), ("deprecated",), word))

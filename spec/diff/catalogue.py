"""Every rule of the verdict, with its level, its direction and the reason for the level."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """What a change means for clients that exist."""

    HARMLESS = 0
    RISKY = 1
    BREAKING = 2

    def __str__(self) -> str:
        """Write the level as people do."""
        return self.name.lower()


class Direction(StrEnum):
    """Who sends what the rule is about: the client a request, the server a response."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"


class Effect(StrEnum):
    """What a change does to the set of valid values."""

    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"

    @classmethod
    def of(cls, *, narrows: object, widens: object) -> "Effect":
        """Return the effect; CHANGED if it is neither, or cannot be computed."""
        return cls.NARROWED if narrows else cls.WIDENED if widens else cls.CHANGED


@dataclass(frozen=True)
class Rule:
    """One kind of change."""

    id: str
    level: Level
    direction: Direction
    reason: str


@dataclass(frozen=True)
class Keyword:
    """A constraint of a schema, and the last word of the rule for each effect on it."""

    name: str
    narrowed: str
    widened: str
    changed: str = ""

    def rule_id(self, direction: Direction, effect: Effect) -> str:
        """Return the id of the rule, such as `request-maximum-lowered`."""
        return f"{direction}-{self.name}-{getattr(self, effect)}"


KEYWORDS = {
    keyword.name: keyword
    for keyword in (
        Keyword("type", "narrowed", "widened", "changed"),
        Keyword("null", "refused", "allowed"),
        Keyword("const", "added", "removed", "changed"),
        Keyword("enum-value", "removed", "added"),
        Keyword("maximum", "lowered", "raised"),
        Keyword("minimum", "raised", "lowered"),
        Keyword("max-length", "lowered", "raised"),
        Keyword("min-length", "raised", "lowered"),
        Keyword("max-items", "lowered", "raised"),
        Keyword("min-items", "raised", "lowered"),
        Keyword("max-properties", "lowered", "raised"),
        Keyword("min-properties", "raised", "lowered"),
        Keyword("multiple-of", "narrowed", "widened", "changed"),
        Keyword("pattern", "added", "removed", "changed"),
        Keyword("format", "narrowed", "widened", "changed"),
        Keyword("unique-items", "added", "removed"),
        Keyword("property", "required", "optional"),
        Keyword("additional-properties", "closed", "opened"),
        Keyword("variant", "removed", "added"),
        Keyword("union", "narrowed", "widened"),
        Keyword("discriminator-value", "removed", "added", "changed"),
        Keyword("condition", "added", "removed", "changed"),
    )
}

_EFFECTS = {
    (Direction.REQUEST, Effect.NARROWED): (
        Level.BREAKING,
        "A request that was accepted may be refused.",
    ),
    (Direction.REQUEST, Effect.WIDENED): (
        Level.HARMLESS,
        "Every request that was accepted still is.",
    ),
    (Direction.REQUEST, Effect.CHANGED): (
        Level.BREAKING,
        "Nothing shows that every request that was accepted still is.",
    ),
    (Direction.RESPONSE, Effect.NARROWED): (
        Level.HARMLESS,
        "Every response that is sent was possible before.",
    ),
    (Direction.RESPONSE, Effect.WIDENED): (
        Level.BREAKING,
        "A response may hold what the contract ruled out.",
    ),
    (Direction.RESPONSE, Effect.CHANGED): (
        Level.BREAKING,
        "Nothing shows that every response was possible before.",
    ),
}
# Where the effect alone would be too strict.
_EXCEPTIONS = {
    "response-enum-value-added": "A client may not know the value; a careful one expects that.",
    "response-pattern-changed": "Clients rarely check the form of what they get.",
}
_B, _R, _H = Level.BREAKING, Level.RISKY, Level.HARMLESS

_REQUEST = (
    ("property-added", _H, "It may be left out."),
    ("required-property-added", _B, "A request without it is refused."),
    ("property-removed", _B, "A request with it is refused, as the schema is closed."),
    ("property-ignored", _R, "A request with it is accepted, and the property has no effect."),
    ("default-added", _R, "What a request without the value means is now fixed."),
    ("default-changed", _B, "The same request means something else."),
    ("deprecated", _H, "It still works; clients should move away from it."),
    ("undeprecated", _H, "It works as before."),
    ("discriminator-changed", _B, "Another property says which variant was sent."),
    ("parameter-added", _H, "It may be left out."),
    ("required-parameter-added", _B, "A request without it is refused."),
    ("parameter-removed", _B, "A request with it is refused."),
    ("parameter-ignored", _R, "A request with it is accepted, and the parameter has no effect."),
    ("parameter-required", _B, "A request without it is refused."),
    ("parameter-optional", _H, "A request with it still works."),
    ("parameter-style-changed", _B, "The value has to be written in another way."),
    ("path-parameter-renamed", _R, "The address stays; generated clients rename an argument."),
    ("body-added", _H, "It may be left out."),
    ("body-removed", _B, "A request with a body is refused, or the body has no effect."),
    ("body-required", _B, "A request without a body is refused."),
    ("body-optional", _H, "A request with a body still works."),
    ("media-type-added", _H, "The other media types still work."),
    ("media-type-removed", _B, "A body of this media type is refused."),
    ("encoding-changed", _B, "A part of the form has to be written in another way."),
)
_RESPONSE = (
    ("property-added", _H, "The schema is open, so clients have to ignore what they do not know."),
    ("closed-property-added", _B, "The schema was closed, so a client may refuse the property."),
    ("property-removed", _B, "A client may rely on a required property."),
    ("optional-property-removed", _R, "A client may use the property where it was present."),
    ("default-changed", _R, "What a missing value means for a client is another value."),
    ("deprecated", _H, "It is still sent; clients should move away from it."),
    ("undeprecated", _H, "It is sent as before."),
    ("discriminator-changed", _B, "Another property says which variant was sent."),
    ("success-added", _R, "A client may know only the statuses of success that were declared."),
    ("success-removed", _B, "A client may wait for this status."),
    ("error-added", _H, "Clients treat an unknown error like the first of its class."),
    ("error-removed", _H, "The branch of a client for it is never taken."),
    ("media-type-added", _H, "A client names in Accept what it understands."),
    ("media-type-removed", _B, "A client that accepts only this media type gets nothing."),
    ("header-added", _H, "Clients ignore headers that they do not know."),
    ("header-removed", _B, "A client may rely on a required header."),
    ("optional-header-removed", _R, "A client may use the header where it was present."),
    ("header-optional", _B, "A client may rely on a required header."),
    ("header-required", _H, "Every response was possible before."),
    ("link-added", _H, "Clients ignore links that they do not know."),
    ("link-removed", _R, "A client may follow the link."),
)
_BOTH = (
    ("operation-added", _H, "No client calls it yet."),
    ("operation-removed", _B, "Its calls are answered with 404 or 405."),
    ("operation-retired", _H, "It was deprecated, and the announced day has passed."),
    ("operation-id-changed", _R, "The address stays; generated clients rename a method."),
    ("operation-tags-changed", _H, "Only pages and generated clients group by tags."),
    ("operation-deprecated", _H, "It still works; clients should move away from it."),
    ("operation-undeprecated", _H, "It works as before."),
    ("sunset-announced", _H, "The operation works until that day."),
    ("sunset-later", _H, "The operation works longer than announced."),
    ("sunset-earlier", _B, "Clients planned with the day that was announced."),
    ("sunset-near", _B, "Clients need more days to move away."),
    ("stability-lowered", _B, "What clients may rely on becomes less."),
    ("stability-raised", _H, "What clients may rely on becomes more."),
    ("webhook-added", _H, "No receiver expects it yet."),
    ("webhook-removed", _B, "A receiver waits for it in vain."),
    ("schema-removed", _R, "Generated clients lose a type of this name."),
    ("server-added", _H, "The other addresses still work."),
    ("server-removed", _B, "Clients call this address."),
    ("security-narrowed", _B, "Credentials that sufficed no longer do."),
    ("security-widened", _H, "Credentials that sufficed still do."),
    ("security-scheme-added", _H, "No client uses it yet."),
    ("security-scheme-removed", _B, "Clients sign in with it."),
    ("security-scheme-changed", _B, "Credentials have to be sent or fetched in another way."),
    ("security-scope-added", _H, "No client asks for it yet."),
    ("security-scope-removed", _B, "A client that asks for it is refused."),
    ("rate-limit-tightened", _R, "A client that kept to the limit may be refused."),
    ("rate-limit-loosened", _H, "A client that kept to the limit still does."),
    ("idempotency-added", _H, "A repeated request is safe now."),
    ("idempotency-removed", _B, "A repeated request acts twice."),
    ("pagination-added", _R, "A client that knows one page sees only the first."),
    ("pagination-changed", _B, "Clients follow pages by these names."),
    ("body-limit-lowered", _B, "A body that was accepted is refused."),
    ("body-limit-raised", _H, "Every body that was accepted still is."),
    ("body-limit-changed", _R, "One of the two limits is that of the settings."),
    ("cache-changed", _R, "Clients may see older responses, or ask more often."),
    ("error-format-changed", _B, "Clients read errors in the declared format."),
    ("additional-query-refused", _B, "A request with unknown query parameters is refused."),
    ("additional-query-ignored", _H, "Every request that was accepted still is."),
    ("version-not-raised", _R, "What clients see changed; its version has to say so."),
    ("version-lowered", _B, "A newer contract would look like an older one."),
    ("version-major-raised", _B, "A new major version is a folder of its own."),
)


def _schema_rules() -> Iterator[Rule]:
    for keyword in KEYWORDS.values():
        for (direction, effect), (level, reason) in _EFFECTS.items():
            if effect is Effect.CHANGED and not keyword.changed:
                continue
            name = keyword.rule_id(direction, effect)
            is_exception = name in _EXCEPTIONS
            yield Rule(
                name,
                Level.RISKY if is_exception else level,
                direction,
                _EXCEPTIONS.get(name, reason),
            )


def _all() -> Iterator[Rule]:
    for name, level, reason in _BOTH:
        yield Rule(name, level, Direction.BOTH, reason)
    for direction, rows in ((Direction.REQUEST, _REQUEST), (Direction.RESPONSE, _RESPONSE)):
        for name, level, reason in rows:
            yield Rule(f"{direction}-{name}", level, direction, reason)
    yield from _schema_rules()


RULES = {rule.id: rule for rule in _all()}

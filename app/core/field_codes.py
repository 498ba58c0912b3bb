"""The codes of refused fields: one for each rule that a value of a request can break."""

from enum import StrEnum, unique
from typing import Self


@unique
class FieldCode(StrEnum):
    """The `code` of an entry in `errors` of a problem; clients decide by it.

    Attributes:
        rule: What a value has to satisfy, in words.
    """

    rule: str

    def __new__(cls, code: str, rule: str) -> Self:
        """Return a member whose value is the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.rule = rule
        return member

    MISSING = "missing", "A required field, parameter or body is sent (`required`)"
    EXTRA_FORBIDDEN = "extra-forbidden", "No other field or parameter is sent"
    REPEATED = "repeated", "A parameter or header with one value is sent once"
    FILE = "file", "The field of a form is a file, with its name"
    STRING_TYPE = "string-type", "The value is a string (`type`)"
    INTEGER_TYPE = "integer-type", "The value is an integer (`type`)"
    NUMBER_TYPE = "number-type", "The value is a number (`type`)"
    BOOLEAN_TYPE = "boolean-type", "The value is true or false (`type`)"
    OBJECT_TYPE = "object-type", "The value is an object (`type`)"
    ARRAY_TYPE = "array-type", "The value is an array (`type`)"
    NULL_TYPE = "null-type", "The value is null (`type`)"
    FORMAT = "format", "A string has the format, such as `email` or `date-time` (`format`)"
    PATTERN = "pattern", "A string matches the pattern (`pattern`)"
    STRING_TOO_SHORT = "string-too-short", "A string has enough characters (`minLength`)"
    STRING_TOO_LONG = "string-too-long", "A string has not too many characters (`maxLength`)"
    ARRAY_TOO_SHORT = "array-too-short", "An array has enough items (`minItems`)"
    ARRAY_TOO_LONG = "array-too-long", "An array has not too many items (`maxItems`)"
    NOT_UNIQUE = "not-unique", "The items of an array differ (`uniqueItems`)"
    CONTAINS = "contains", "An array has enough items of a kind, and not too many (`contains`)"
    TOO_FEW_PROPERTIES = "too-few-properties", "An object has enough members (`minProperties`)"
    TOO_MANY_PROPERTIES = (
        "too-many-properties",
        "An object has not too many members (`maxProperties`)",
    )
    PROPERTY_NAME = (
        "property-name",
        "The names of an object's members are allowed (`propertyNames`)",
    )
    GREATER_THAN_EQUAL = "greater-than-equal", "A number is not below the bound (`minimum`)"
    GREATER_THAN = "greater-than", "A number is above the bound (`exclusiveMinimum`)"
    LESS_THAN_EQUAL = "less-than-equal", "A number is not above the bound (`maximum`)"
    LESS_THAN = "less-than", "A number is below the bound (`exclusiveMaximum`)"
    MULTIPLE_OF = "multiple-of", "A number is a multiple of the factor (`multipleOf`)"
    ENUM = "enum", "The value is one of those listed (`enum`)"
    CONST = "const", "The value is the only one allowed (`const`)"
    NOT_ALLOWED = "not-allowed", "The value is not of an excluded kind (`not`)"
    UNION = "union", "The value fits an alternative (`anyOf`, `oneOf`)"
    UNION_TAG = "union-tag", "The member that chooses an alternative names one (`discriminator`)"
    AMBIGUOUS = "ambiguous", "The value fits only one alternative (`oneOf`)"
    INVALID = "invalid", "The value satisfies another keyword of its schema"
    CONFLICT = "conflict", "The value fits the stored data: a name is free, an id exists"
    KEY_REUSED = "key-reused", "An idempotency key is sent with one body only"
    NOT_VALID = "not-valid", "A code sent by mail is known, unused and not expired"
    WRONG = "wrong", "The current password is the account's"
    TOO_COMMON = "too-common", "A new password is not a common one"
    IS_EMAIL = "is-email", "A new password is not the e-mail address"

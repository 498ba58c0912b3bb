"""Formats of JSON Schema, checked alike in the contract, the models and the settings."""

import base64
import re
from collections.abc import Callable

from jsonschema_rs import EmailOptions, validator_for
from pydantic_core import PydanticCustomError

# Without this option the validator accepts `Name <address>`, which RFC 5321 does not allow.
EMAIL_OPTIONS = EmailOptions(allow_display_text=False)


def checker(name: str) -> Callable[[object], bool]:
    """Return a function that checks this format with the contract's validator."""
    schema = {"type": "string", "format": name}
    return validator_for(schema, validate_formats=True, email_options=EMAIL_OPTIONS).is_valid


_is_email = checker("email")


def email(value: str) -> str:
    """Accept an email address and return it unchanged.

    Raises:
        PydanticCustomError: The value is not an email address.
    """
    if not _is_email(value):
        raise PydanticCustomError("email", "Input should be an email address (RFC 5321)")
    return value


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def is_decimal(text: str) -> bool:
    """Tell whether a text is a decimal number without an exponent."""
    return _DECIMAL.fullmatch(text) is not None


FORMATS = {"byte": _is_base64, "decimal": is_decimal}
"""Formats of OpenAPI that JSON Schema does not have."""

"""Formats of JSON Schema, as the contract, the models and the settings all read them."""

import base64
from collections.abc import Callable

from jsonschema_rs import EmailOptions, validator_for
from pydantic_core import PydanticCustomError

# RFC 5321 has no `Name <address>`, which the validator would take for an address otherwise.
EMAIL_OPTIONS = EmailOptions(allow_display_text=False)


def checker(name: str) -> Callable[[object], bool]:
    """Return what tells whether a text has this format, by the contract's own validator."""
    schema = {"type": "string", "format": name}
    return validator_for(schema, validate_formats=True, email_options=EMAIL_OPTIONS).is_valid


_is_email = checker("email")


def email(value: str) -> str:
    """Return an email address as it is.

    Raises:
        PydanticCustomError: It is none.
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


FORMATS = {"byte": _is_base64}
"""Formats of OpenAPI that JSON Schema does not have."""

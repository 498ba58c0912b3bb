"""Formats of JSON Schema, as the contract, the models and the settings all read them."""

from collections.abc import Callable

from jsonschema_rs import EmailOptions, validator_for

# RFC 5321 has no `Name <address>`, which the validator would take for an address otherwise.
EMAIL_OPTIONS = EmailOptions(allow_display_text=False)


def checker(name: str) -> Callable[[object], bool]:
    """Return what tells whether a text has this format, by the contract's own validator."""
    schema = {"type": "string", "format": name}
    return validator_for(schema, validate_formats=True, email_options=EMAIL_OPTIONS).is_valid

"""Base class of every generated model."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A component schema of the contract.

    Defaults are validated too, so that a default written as a string (a date, an enum value)
    becomes the typed value. Fields are set by their Python names, and sent by those of the
    contract.
    """

    model_config = ConfigDict(
        validate_default=True,
        validate_by_name=True,
        serialize_by_alias=True,
        protected_namespaces=(),
    )

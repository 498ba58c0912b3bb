"""What a field becomes in each layer: a schema, a column, a value of an example."""

import builtins
import json
import re
import textwrap
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS as POSTGRESQL_WORDS
from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from spec.resource.fields import Field, decimal_pattern
from spec.tools.load import Json
from spec.tools.names import parameter_name, pascal

_RESERVED = POSTGRESQL_WORDS | SQLiteIdentifierPreparer.reserved_words
_NO_TEXT_IN_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_WITHOUT_NUL = r"^[^\x00]*$"
_FIXED = {
    "date": ("2026-11-30", "2026-12-24"),
    "datetime": ("2026-11-30T09:00:00Z", "2026-12-24T18:30:00Z"),
    "uuid": ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", "0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a60"),
    "ref": ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", "0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a60"),
    "email": ("ada@example.com", "bob@example.com"),
    "uri": ("https://example.com/a", "https://example.com/b"),
}
_COLUMNS = {
    "bool": ("bool", "", "sa.Boolean()"),
    "date": ("dt.date", "", "sa.Date()"),
    "datetime": ("dt.datetime", "", "sa.DateTime(timezone=True)"),
    "uuid": ("UUID", "", "sa.Uuid()"),
    "ref": ("UUID", "", "sa.Uuid()"),
}


@dataclass(frozen=True)
class Part:
    """A field of a certain resource.

    Attributes:
        noun: What people call the resource, such as "order line".
        row: Its class, such as "OrderLine".
        target_noun: What people call the resource that a reference names.
    """

    field: Field
    noun: str
    row: str
    target_noun: str = ""

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def argument(self) -> str:
        """Return the name of the list's argument."""
        return parameter_name(self.name)

    @property
    def is_builtin(self) -> bool:
        """Tell whether an argument of this name hides a function of Python."""
        return hasattr(builtins, self.name)

    @property
    def enum(self) -> str:
        """Return the name of the enum's schema."""
        return f"{self.row}{pascal(self.name)}"

    @property
    def description(self) -> str:
        """Return what the field says, in words."""
        words = self.name.replace("_", " ")
        if self.field.kind == "ref":
            return f"Identifies the {self.target_noun} of the {self.noun}"
        if self.field.kind == "bool":
            start, _, rest = words.partition(" ")
            said = {"is": f"is {rest}", "has": f"has {rest}", "can": f"can {rest}"}
            return f"Whether the {self.noun} {said.get(start, f'is {words}')}"
        if self.field.kind in {"date", "datetime"} and words.endswith("ed at"):
            return f"When the {self.noun} was {words.removesuffix(' at')}"
        return f"{words.capitalize()} of the {self.noun}"

    def schema(self, use: str) -> list[str]:
        """Return the lines of the property in the schema of a response, `create` or `update`."""
        field, has_null = self.field, self.field.is_optional
        lines = self._enum_lines() if field.kind == "enum" else self._plain_lines(use)
        if use == "create" and not field.is_required:
            lines.append(f"default: {scalar(field.default)}")
        endings = {"response": "; null if there is none", "update": "; null removes it"}
        if field.kind == "enum" and not has_null:
            return lines  # its schema has a description
        ending = endings.get(use, "") if has_null else ""
        return [*lines, f"description: {self.description}{ending}."]

    def _enum_lines(self) -> list[str]:
        reference = f'$ref: "#/components/schemas/{self.enum}"'
        if not self.field.is_optional:
            return [reference]
        return ["anyOf:", f"  - {reference}", '  - type: "null"']

    def _plain_lines(self, use: str) -> list[str]:
        field = self.field
        kind = {"int": "integer", "bool": "boolean"}.get(field.kind, "string")
        lines = [f'type: [{kind}, "null"]' if field.is_optional else f"type: {kind}"]
        match field.kind:
            case "string" | "text":
                lines += [f"minLength: {field.low}"] if field.low else []
                lines += [f"maxLength: {field.high}"]
                lines += [f"pattern: {_WITHOUT_NUL}"] if use != "response" else []
            case "int":
                lines += [f"format: {'int64' if self.is_wide else 'int32'}"]
                lines += [f"minimum: {field.low}", f"maximum: {field.high}"]
            case "decimal":
                longest = field.high + 1 + (1 if field.places else 0)
                lines += ["format: decimal", f"maxLength: {longest}"]
                lines += [f"pattern: {decimal_pattern(field)}"]
            case "bool":
                pass
            case _:
                form = {"datetime": "date-time", "ref": "uuid"}.get(field.kind, field.kind)
                lines += [f"format: {form}"]
                lines += [f"maxLength: {field.high}"] if field.high else []
        return lines

    @property
    def is_wide(self) -> bool:
        """Tell whether an integer needs 64 bits."""
        return not (self.field.low >= -(2**31) and self.field.high < 2**31)

    def _column(self) -> tuple[str, str, str]:
        """Return the type in Python, the type of the column, and that type in a migration."""
        field = self.field
        match field.kind:
            case "int":
                wide = "BigInteger" if self.is_wide else ""
                return "int", wide, f"sa.{wide or 'Integer'}()"
            case "decimal":
                digits = f"({field.high}, {field.places})"
                exact = f'sa.Numeric{digits}.with_variant(sa.BigInteger(), "sqlite")'
                return "Decimal", f"ExactDecimal{digits}", exact
            case "string" | "text" | "email" | "uri" | "enum":
                return "str", f"String({field.high})", f"sa.String(length={field.high})"
            case _:
                return _COLUMNS[field.kind]

    @property
    def mapped(self) -> str:
        """Return the column's line in the model."""
        python, kind, _ = self._column()
        if self.field.kind == "ref":
            kind = f'ForeignKey("{self.field.target}.id", ondelete="CASCADE")'
        null = " | None" if self.field.is_optional else ""
        column = f" = mapped_column({kind})" if kind else ""
        return f"{self.name}: Mapped[{python}{null}]{column}"

    @property
    def migrated(self) -> str:
        """Return the column in the migration."""
        return f'sa.Column("{self.name}", {self._column()[2]}, nullable={self.field.is_optional})'

    @property
    def check(self) -> str:
        """Return the condition that the database checks, as code; empty if there is none."""
        name = f'"{self.name}"' if self.name in _RESERVED else self.name
        if self.field.kind == "int":
            return repr(f"{name} BETWEEN {self.field.low} AND {self.field.high}")
        if self.field.kind != "enum":
            return ""
        values = ", ".join(map(repr, self.field.values))
        return "\n".join(map(json.dumps, _pieces(f"{name} IN ({values})")))

    @property
    def stored(self) -> str:
        """Return how a service reads the field from a body."""
        return f"body.{self.name}"

    @property
    def shown(self) -> str:
        """Return how a service reads the field from a row."""
        if self.field.kind != "enum":
            return f"row.{self.name}"
        value = f"schemas.{self.enum}(row.{self.name})"
        empty = f"None if row.{self.name} is None else "
        return f"{empty if self.field.is_optional else ''}{value}"

    def value(self, number: int) -> Json:
        """Return the first or the second value of examples and tests (0, 1)."""
        field = self.field
        match field.kind:
            case "string" | "text":
                text = f"{self.name.replace('_', ' ').capitalize()} {number + 1}"
                text = text if len(text) <= field.high else "ab"[number]
                return text.ljust(field.low, "ab"[number])[: field.high]
            case "int":
                return max(field.low, min(field.high, (3, 7)[number]))
            case "decimal":
                return f"{number + 5:.{field.places}f}"
            case "bool":
                return (field.default is True) == (number == 0)
            case "enum":
                return field.values[min(number, len(field.values) - 1)]
            case _:
                return _FIXED[field.kind][number]


def _pieces(text: str) -> list[str]:
    """Split a text at spaces, so that each piece fits on a line of code."""
    lines = textwrap.wrap(text, 70, break_long_words=False, break_on_hyphens=False)
    return [f"{line} " for line in lines[:-1]] + lines[-1:]


def scalar(value: Json) -> str:
    """Return a value as YAML on one line; texts are quoted where a reader might doubt them."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z](?:[\w -]*\w)?", value):
        return json.dumps(value) if value.lower() in _NO_TEXT_IN_YAML else value
    return json.dumps(value, ensure_ascii=False)

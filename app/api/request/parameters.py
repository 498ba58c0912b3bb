"""Reads the parameters of a request as the contract writes them, and judges them by it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from fastapi import Request

from app.api.request.contract import Contract, Node, escape
from app.api.request.exchange import EXCHANGE
from app.api.request.faults import faults
from app.api.request.texts import DELIMITERS, Pairs, Texts, json_text
from app.core.exceptions import ValidationFailed
from app.core.field_codes import FieldCode
from app.core.problem import FieldError
from app.schemas.operation import Operation

LIST_HEADERS = frozenset({b"if-match", b"if-none-match"})
"""Header parameters that hold a list: several lines of them mean one (RFC 9110, section 5.3)."""

Name = TypeVar("Name", str, bytes)

_STYLES = {"query": "form", "path": "simple", "header": "simple", "cookie": "form"}
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_ABSENT = object()


class Parameter:
    """One parameter: how it is written, and what it may be."""

    def __init__(self, contract: Contract, pointer: str, operation: Operation) -> None:
        where, node = contract.resolve(pointer)
        self.name: str = node["name"]
        self.place: str = node["in"]
        own = (
            it
            for it, where_it_is in operation.arguments.items()
            if where_it_is == ("path", self.name)
        )
        self.sent_as = next(own, self.name)
        self.required = node.get("required") is True or self.place == "path"
        self.style: str = node.get("style", _STYLES[self.place])
        self.explode: bool = node.get("explode", self.style == "form")
        media_type = next(iter(node.get("content", {})), "")
        self.is_json = media_type.partition(";")[0].endswith("json")
        holder = f"{where}/content/{escape(media_type)}" if media_type else where
        self.pointer = f"{holder}/schema"
        schema = contract.resolve(holder)[1].get("schema", True)
        self.has_schema = schema is not True
        self.texts = Texts(contract, schema)
        self.default = next(
            (part["default"] for part in contract.parts(schema) if "default" in part), _ABSENT
        )
        self.is_deep = self.style == "deepObject"
        self.is_spread = self.place == "query" and self.style == "form" and self.explode
        self.is_spread = self.is_spread and not self.is_json
        # Each member of the value is a parameter of its own.
        self.is_spread_object = self.is_spread and self.texts.is_object and not self.texts.is_array
        self.field = self.name.lower().encode()
        self.allows_empty = node.get("allowEmptyValue") is True and not self.texts.kinds & {
            "string"
        }

    @property
    def key(self) -> str:
        """Return what tells this parameter from the others of its operation."""
        return f"{self.place}:{self.name}"

    def read(self, request: Request, query: Pairs) -> Any:  # noqa: ANN401 - any JSON
        """Return the value as JSON; the default, or `_ABSENT`, where there is none."""
        if self.is_deep or self.is_spread_object:
            value = self._members(query)
            return self.default if value is _ABSENT else value
        if self.place == "query":
            texts = [value for name, value in query if name == self.name]
        elif self.place == "header":
            line = request.scope[EXCHANGE].fields.get(self.field)
            texts = [] if line is None else [line.decode("latin-1")]
        else:
            values = request.path_params if self.place == "path" else request.cookies
            texts = [str(values[self.sent_as])] if self.sent_as in values else []
        if not texts or (self.allows_empty and texts == [""]):
            return self.default
        if self.is_json:
            return json_text(texts[0])
        if not self.texts.is_array and not self.texts.is_object:
            return self.texts.scalar(texts[0])
        return self.texts.values(texts) if self.is_spread else self._split(texts[0])

    def _members(self, query: Pairs) -> Any:  # noqa: ANN401 - any JSON
        """Return an object whose members are parameters of their own."""
        if self.is_deep:
            value = self.texts.deep(self.name, query)
            return _ABSENT if value is None else value
        known = self.texts.properties
        found: dict[str, list[str]] = {}
        for name, value in query:
            if name in known or (self.texts.open and not known):
                found.setdefault(name, []).append(value)
        if not found:
            return _ABSENT
        return {name: self.texts.member(name, texts) for name, texts in found.items()}

    def _split(self, text: str) -> Any:  # noqa: ANN401 - any JSON
        delimiter = DELIMITERS.get(self.style, ",")
        if self.style == "label":
            text, delimiter = text.removeprefix("."), "." if self.explode else ","
        if self.style == "matrix":
            text = text.removeprefix(";")
            if self.texts.is_array and self.explode:
                text, delimiter = text.replace(f"{self.name}=", ""), ";"
            elif self.explode:
                delimiter = ";"
            else:
                text = text.removeprefix(f"{self.name}=")
        only_array = self.texts.is_array and not self.texts.kinds - {"array", "null"}
        if not only_array and not self.texts.is_object and delimiter not in text:
            return self.texts.scalar(text)
        return self.texts.split(text, delimiter, explode=self.explode)


class Parameters:
    """Reads and judges all parameters of an operation; it is made once for each.

    Operations without 422 refuse no names: probes, and those that ignore unknown parameters as RFC
    6749, section 3.2, demands.
    """

    def __init__(self, contract: Contract, operation: Operation, item: Node, pointer: str) -> None:
        self._parameters = {it.key: it for it in _declared(contract, item, pointer, operation)}
        own = [it for it in self._parameters.values() if it.place == "query"]
        keys_of = {python: f"{it[0]}:{it[1]}" for python, it in operation.arguments.items()}
        self._arguments = [it for it in keys_of.items() if it[1] in self._parameters]
        schemas = {
            key: contract.reference(it.pointer)
            for key, it in self._parameters.items()
            if it.has_schema
        }
        required = [key for key, it in self._parameters.items() if it.required]
        self._judge = contract.composed({"properties": schemas, "required": required})
        self._is_strict = operation.response_key(ValidationFailed.status) is not None
        keys = [it for it in operation.schemes.values() if it.kind == "apiKey"]
        spread = [it for it in own if it.is_spread_object]
        self._known = [
            *(it.name for it in own if not it.is_spread_object),
            *(name for it in spread for name in it.texts.properties),
            *(it.name for it in keys if it.place == "query"),
        ]
        self._deep = tuple(f"{it.name}[" for it in own if it.is_deep)
        is_open = any(it.texts.open and not it.texts.properties for it in spread)
        self._refuses_unknown = not operation.extensions.get("x-additional-query") and not is_open
        repeatable = {it.name for it in own if it.texts.is_array or it.is_spread_object}
        self._once = {it.name for it in own} - repeatable
        headers = [it.name for it in self._parameters.values() if it.place == "header"]
        single = (
            *headers,
            "Authorization",
            "Content-Type",
            *(it.name for it in keys if it.place == "header"),
        )
        lines = {name.lower().encode(): name for name in single}
        self._single_headers = {name: lines[name] for name in lines.keys() - LIST_HEADERS}

    def check_names(self, request: Request) -> None:
        """Check the names in the query and in the headers.

        Raises:
            ValidationFailed: A query parameter is unknown, or what has one value occurs twice.
        """
        if not self._is_strict:
            return
        headers, exchange = request.scope["headers"], request.scope[EXCHANGE]
        is_repeated = len(exchange.fields) < len(headers)
        errors = [*self._repeated_headers(request)] if is_repeated else []
        if request.scope["query_string"]:
            errors += self._wrong_queries(request)
        if errors:
            raise ValidationFailed(errors)

    def read(self, request: Request) -> tuple[dict[str, Any], list[FieldError]]:
        """Return the values by their names in Python, None for absent ones, and what is wrong."""
        if not self._parameters:
            return {}, []
        query = request.query_params.multi_items() if request.scope["query_string"] else []
        found: dict[str, Any] = {}
        for key, parameter in self._parameters.items():
            if (value := parameter.read(request, query)) is not _ABSENT:
                found[key] = value
        errors = [] if self._judge.is_valid(found) else [*self._errors(found)]
        return {python: found.get(key) for python, key in self._arguments}, errors

    def _errors(self, found: Mapping[str, Any]) -> Iterator[FieldError]:
        for path, code, detail in faults(self._judge, found):
            parameter = self._parameters[str(path[0])]
            place: Any = parameter.place
            yield FieldError(location=place, name=parameter.name, code=code, detail=detail)

    def _repeated_headers(self, request: Request) -> Iterator[FieldError]:
        for name, count in _count(name for name, _ in request.scope["headers"]).items():
            if count > 1 and name in self._single_headers:
                yield FieldError(
                    location="header",
                    name=self._single_headers[name],
                    code=FieldCode.REPEATED,
                    detail="Send this header once",
                )

    def _wrong_queries(self, request: Request) -> Iterator[FieldError]:
        names = (name for name, _ in request.query_params.multi_items())
        for name, count in _count(names).items():
            if (
                self._refuses_unknown
                and name not in self._known
                and not name.startswith(self._deep or ("\0",))
            ):
                known = ", ".join(self._known) or "none"
                yield FieldError(
                    location="query",
                    name=name,
                    code=FieldCode.EXTRA_FORBIDDEN,
                    detail=f"There is no such parameter; this operation has: {known}",
                )
            elif count > 1 and name in self._once:
                yield FieldError(
                    location="query",
                    name=name,
                    code=FieldCode.REPEATED,
                    detail="Send this parameter once",
                )


def _declared(
    contract: Contract, item: Node, pointer: str, operation: Operation
) -> Iterable[Parameter]:
    """Return the parameters of the path and of the operation, which replace their namesakes."""
    method = operation.method.lower()
    found: dict[str, Parameter] = {}
    for place, holder in ((pointer, item), (f"{pointer}/{method}", item[method])):
        for index in range(len(holder.get("parameters", []))):
            parameter = Parameter(contract, f"{place}/parameters/{index}", operation)
            if parameter.place != "header" or parameter.name.lower() not in _IGNORED_HEADERS:
                found[parameter.key.lower()] = parameter
    return found.values()


def _count(names: Iterable[Name]) -> Mapping[Name, int]:
    """Return how often each name occurs; of so few names faster than `Counter`."""
    counts: dict[Name, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts

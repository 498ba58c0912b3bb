"""Reads the body of a request as its media type says, and judges it by the contract."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import Request
from jsonschema_rs import Validator
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.api.request.contract import Contract, Node, escape
from app.api.request.exchange import EXCHANGE
from app.api.request.faults import body_errors, faults
from app.api.request.texts import Texts, json_text
from app.api.request.values import MAX_NAME, UNREAD, meaning_of, read_json
from app.core.exceptions import MalformedBody, UnsupportedMediaType, ValidationFailed
from app.core.field_codes import FieldCode
from app.core.problem import FieldError
from app.schemas.operation import BodyKind, Operation

_CODING, _DECODED = b"content-encoding", {b"", b"identity"}
_ABSENT = object()


class ContractRequest(Request):
    """A request whose body is read by the contract's rules, in hand-written routes too."""

    async def json(self) -> Any:  # noqa: ANN401 - the type that Starlette declares
        """Return the body as Python objects.

        Raises:
            MalformedBody: The body is not JSON.
        """
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json

    async def read_form(self) -> FormData:
        """Return the parts of a form.

        Raises:
            MalformedBody: The body is not a form.
        """
        try:
            return await self.form()
        except HTTPException as error:
            raise MalformedBody(f"The form cannot be read: {error.detail}") from error


class Body:
    """One media type of a request body."""

    def __init__(self, contract: Contract, kind: BodyKind, pointer: str, content: Node) -> None:
        self.kind = kind
        schema = content.get("schema", True)
        self.texts = Texts(contract, schema)
        self.judge: Validator | None = None
        self._meaning = meaning_of(contract, kind, pointer, schema)
        if schema is not True and (kind != "bytes" or self._meaning):
            self.judge = contract.validator(f"{pointer}/schema")
        self.encoding: Mapping[str, Node] = content.get("encoding", {})
        self.defaults = {
            name: part["default"]
            for name, whole in contract.properties(schema).items()
            for part in contract.parts(whole)
            if "default" in part
        }
        self.files = {
            name for name, part in contract.properties(schema).items() if _is_file(contract, part)
        }

    async def read(self, request: ContractRequest, *, drops_empty: bool) -> Any:  # noqa: ANN401
        """Return the body as JSON, with files as they are.

        Raises:
            MalformedBody: It is not what its media type says.
        """
        if self.kind in {"form", "multipart"}:
            form = await request.read_form()
            return self._fields(form, drops_empty=drops_empty)
        body = await request.body()
        if self.kind == "json":
            return await request.json() if body else _ABSENT
        if self.kind == "bytes":
            return body
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise MalformedBody("The body is not UTF-8.") from error

    def _fields(self, form: FormData, *, drops_empty: bool) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for name, text in form.multi_items():
            if text != "" or not drops_empty:
                found.setdefault(name, []).append(text)
        fields: dict[str, Any] = {}
        for name, texts in found.items():
            if name in self.texts.properties or "[" not in name:
                fields[name] = self._field(name, texts)
        for name, encoding in self.encoding.items():
            if encoding.get("style") == "deepObject" and name in self.texts.properties:
                deep = self.texts.properties[name].deep(name, form.multi_items())
                fields |= {name: deep} if deep is not None else {}
        return fields

    def _field(self, name: str, texts: list[Any]) -> Any:  # noqa: ANN401 - any JSON
        known = self.texts.properties.get(name)
        if name in self.files:
            return texts if known and known.is_array else texts[-1]
        if known is None:
            return texts[0] if len(texts) == 1 else texts
        if len(texts) > 1 and not known.is_array:
            raise MalformedBody(f"The form has the field {name[:MAX_NAME]!r} twice.")
        if known.is_object and isinstance(texts[0], str):
            return json_text(texts[0])
        if known.is_array and known.items and known.items.is_object:
            return [json_text(text) if isinstance(text, str) else text for text in texts]
        style = self.encoding.get(name, {})
        if known.is_array and style.get("explode") is False and isinstance(texts[0], str):
            return known.split(texts[0], ",", explode=False)
        return known.values(texts)

    def errors(self, value: object) -> list[FieldError]:
        """Return what is wrong with a body."""
        if self.judge is None:
            return []
        errors = [*self._missing_files(value)] if self.files else []
        judged = _without_files(value, self.files) if self.files else value
        if self._meaning and isinstance(value, bytes | str):
            judged = self._meaning(value.encode() if isinstance(value, str) else value)
        if judged is not UNREAD and not self.judge.is_valid(judged):
            errors += body_errors([*faults(self.judge, judged)])
        return errors

    def _missing_files(self, value: object) -> Iterator[FieldError]:
        fields: Mapping[str, Any] = value if isinstance(value, dict) else {}
        for name in sorted(self.files & fields.keys()):
            parts = fields[name] if isinstance(fields[name], list) else [fields[name]]
            if not all(isinstance(part, UploadFile) for part in parts):
                detail = "Send a file, with its name"
                yield FieldError(
                    location="body", pointer=f"/{escape(name)}", code=FieldCode.FILE, detail=detail
                )


def _without_files(value: Any, files: set[str]) -> object:  # noqa: ANN401 - any JSON
    """Return a form with a text in the place of each file."""
    if not isinstance(value, dict):
        return value
    return {
        name: ([""] * len(part) if isinstance(part, list) else "") if name in files else part
        for name, part in value.items()
    }


def _is_file(contract: Contract, schema: object) -> bool:
    parts = [*contract.parts(schema), *contract.parts(contract.items(schema))]
    return any(part.get("format") == "binary" or "contentMediaType" in part for part in parts)


class Bodies:
    """Reads and judges the request body of an operation; it is made once for each."""

    def __init__(self, contract: Contract, operation: Operation, pointer: str) -> None:
        where, node = contract.resolve(f"{pointer}/requestBody") if operation.bodies else ("", {})
        self._is_manual = operation.is_manual
        self._required = node.get("required") is True
        self._drops_empty = operation.error_format == "oauth2"
        self._bodies = {
            media_type.partition(";")[0]
            .strip()
            .lower(): Body(
                contract, kind, f"{where}/content/{escape(media_type)}", node["content"][media_type]
            )
            for media_type, kind in operation.bodies.items()
        }
        self._arguments = operation.arguments
        self._has_fields = any(place in {"field", "file"} for place, _ in self._arguments.values())

    async def read(self, request: ContractRequest) -> tuple[dict[str, Any], list[FieldError]]:
        """Return the values by their names in Python, and what is wrong.

        Raises:
            UnsupportedMediaType: The contract has no such body.
            MalformedBody: The body is not what its media type says.
        """
        if self._is_manual:
            self._check_head(request)
            return {}, []
        media_type, value, errors, body = await self._value(request)
        is_split = self._has_fields and body is not None and body.kind == "multipart"
        defaults = body.defaults if body is not None and is_split else {}
        values: dict[str, Any] = {}
        for python, (place, name) in self._arguments.items():
            if place == "body":
                whole = None if is_split else value
                values[python] = media_type if name else whole
            elif place in {"field", "file"}:
                sent = value if is_split and isinstance(value, dict) else {}
                values[python] = sent.get(name, defaults.get(name))
        return values, errors

    async def read_value(self, request: ContractRequest) -> Any:  # noqa: ANN401 - any JSON
        """Return the body of a manual route as JSON, None without one.

        Raises:
            MalformedBody: It is not what its media type says.
            ValidationFailed: The contract refuses it.
        """
        _, value, errors, _ = await self._value(request)
        if errors:
            raise ValidationFailed(errors)
        return value

    def _check_head(self, request: ContractRequest) -> str:
        """Refuse a coding; and a media type that the contract lacks, or return it."""
        headers = request.scope["headers"]
        if any(it.strip().lower() not in _DECODED for name, it in headers if name == _CODING):
            raise UnsupportedMediaType(
                "Send the body uncompressed, without Content-Encoding.",
                headers={"Accept-Encoding": "identity"},
            )
        sent: bytes = request.scope[EXCHANGE].fields.get(b"content-type", b"")
        media_type = sent.decode("latin-1").partition(";")[0].strip().lower()
        if (media_type or self._is_manual) and self._find(media_type) is None:
            raise UnsupportedMediaType(f"Send the body as {' or '.join(self._bodies)}.")
        return media_type

    async def _value(
        self, request: ContractRequest
    ) -> tuple[str, Any, list[FieldError], Body | None]:
        media_type = self._check_head(request)
        value: Any = _ABSENT
        if media_type or await request.body():
            if (body := self._find(media_type)) is None:
                raise UnsupportedMediaType(f"Send the body as {' or '.join(self._bodies)}.")
            value = await body.read(request, drops_empty=self._drops_empty)
            if value is not _ABSENT:
                return media_type, value, body.errors(value), body
        missing = FieldError(
            location="body", pointer="", code=FieldCode.MISSING, detail="Field required"
        )
        return media_type, None, [missing] if self._required else [], None

    def _find(self, media_type: str) -> Body | None:
        bodies, kind = self._bodies, f"{media_type.partition('/')[0]}/*"
        return bodies.get(media_type) or bodies.get(kind) or bodies.get("*/*")

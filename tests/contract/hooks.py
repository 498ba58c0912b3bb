"""What schemathesis has to be told before it can fuzz all of the contract."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TypeGuard
from uuid import uuid4

import jwt
import schemathesis
from hypothesis import strategies as st

PASSWORD = "correct horse battery"
"""As in tests/clients.py; schemathesis loads this file by its path."""

_sent: set[tuple[str, str]] = set()


@schemathesis.deserializer("text/csv", "application/jsonl")
def read_text(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> str:
    """Return a file of lines as the string that the contract says it is."""
    return response.content.decode()


# part files
@schemathesis.serializer("image/png", "image/jpeg", "application/pdf")
def write_file(context: schemathesis.SerializationContext, value: object) -> bytes:
    """Return the bytes of a file, which is drawn as text of Latin-1."""
    return str(value).encode("latin-1", "replace")


@schemathesis.deserializer("image/png", "image/jpeg", "application/pdf")
def read_file(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> str:
    """Return the bytes of a file as the string that the contract says it is."""
    return response.content.decode("latin-1")


def draw_pictures(document: dict[str, Any]) -> None:
    """Draw the files to upload from here: the first bytes have to be those of their type."""
    upload = document["paths"]["/files"]["post"]["requestBody"]["content"]
    del upload["image/jpeg"], upload["application/pdf"]
    upload["image/png"]["schema"] = {"type": "string", "format": "picture"}
    begin = "\x89PNG\r\n\x1a\n"
    schemathesis.openapi.format(
        "picture", st.binary(max_size=50).map(lambda rest: begin + rest.decode("latin-1"))
    )


# end part


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Say the same as the contract, in words that schemathesis acts on."""
    _sent.clear()
    show_bearer_tokens(raw_schema)
    describe_events(raw_schema)
    draw_pictures(raw_schema)  # part files
    for parameter in raw_schema["components"].get("parameters", {}).values():
        if parameter["name"] in {"If-Match", "If-None-Match"}:
            draw_entity_tags(parameter["schema"])


def show_bearer_tokens(document: dict[str, Any]) -> None:
    """Say of every OAuth2 scheme what it is on the wire: a bearer token (RFC 6750).

    Schemathesis passes over schemes of the type `oauth2`. Left to itself it would never omit the
    token, never send a wrong one, and not notice an operation that answers without one.
    """
    schemes = document["components"]["securitySchemes"]
    oauth2 = {name for name, scheme in schemes.items() if scheme["type"] == "oauth2"}
    schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    members = [member for path in document["paths"].values() for member in path.values()]
    for node in [document, *(member for member in members if isinstance(member, dict))]:
        for requirement in node.get("security", []):
            if not oauth2.isdisjoint(requirement):
                requirement["bearer"] = []


def describe_events(document: dict[str, Any]) -> None:
    """Say of every event stream what each event is: schemathesis takes the schema for that."""
    event = {
        "type": "object",
        "required": ["event", "data"],
        "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    }
    for path in document["paths"].values():
        for member in (member for member in path.values() if isinstance(member, dict)):
            for response in member.get("responses", {}).values():
                if stream := response.get("content", {}).get("text/event-stream"):
                    stream["schema"] = event


def draw_entity_tags(schema: dict[str, Any]) -> None:
    """Draw the values of a header of entity tags from here.

    Schemathesis makes headers of letters and digits. Where the pattern wants anything else, it
    takes a value that is wrong for one that is right.
    """
    longest = ['"' + "x" * (length - 2) + '"' for length in (199, 200)]
    values = ["*", '""', '"1"', 'W/"2"', '"1" , W/"3"', *longest]
    assert schema["maxLength"] == 200
    assert all(re.fullmatch(schema["pattern"], value) for value in values)
    schema["format"] = "entity-tags"
    schemathesis.openapi.format("entity-tags", st.sampled_from(values))


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Send a value that only one request accepts once.

    Otherwise most requests would hold the same example, and conflict with the first one instead of
    showing what their other fields do; and a chain of requests would not go the same way twice.
    """
    keep_own_account(case, kwargs)
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.path == "/auth/register" and was_sent(body := case.body, "email"):
        body["email"] = f"{uuid4().hex}@example.com"
    if case.path == "/users/me/password" and isinstance(case.body, dict):
        keep_password(case.body)
    if was_sent(case.headers, "Idempotency-Key"):
        case.headers["Idempotency-Key"] = uuid4().hex
    # A chain has tags, cursors and ids from the answers before.
    if case.meta.phase.name == "stateful":
        return
    if case.path == "/users/me/sessions/{session_id}" and (session := session_of(case.headers)):
        case.path_parameters["session_id"] = session
    if was_sent(case.headers, "If-Match"):
        case.headers["If-Match"] = "*"
    if was_sent(case.query, "cursor"):
        del case.query["cursor"]


def keep_own_account(case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Let an administrator change and delete all accounts but its own: the campaign needs it."""
    if case.operation.path.endswith("/users/{user_id}") and case.method in {"PATCH", "DELETE"}:
        headers = dict(case.headers or {})
        token = str(headers.get("Authorization", "")).removeprefix("Bearer ")
        with suppress(jwt.InvalidTokenError, ValueError):
            own_id = jwt.decode(token, options={"verify_signature": False})["sub"]
            if (case.path_parameters or {}).get("user_id") == own_id:
                case.path_parameters = {"user_id": str(uuid4())}


def session_of(headers: object) -> str | None:
    """Return the session that a request is sent in: the id of an active one cannot be guessed."""
    sent = headers.get("Authorization", "") if isinstance(headers, Mapping) else ""
    if len(parts := str(sent).removeprefix("Bearer ").split(".")) != 3:
        return None
    try:
        return str(json.loads(urlsafe_b64decode(parts[1] + "=="))["sid"])
    except (ValueError, KeyError, TypeError):
        return None


def keep_password(body: dict[str, Any]) -> None:
    """Keep the password of a request that knows the current one: later requests sign in with it."""
    if body.get("current_password") == PASSWORD:
        body["new_password"] = PASSWORD


def was_sent(fields: object, name: str) -> TypeGuard[MutableMapping[str, Any]]:
    """Tell whether an earlier request had this value in this field; remember it for later ones."""
    value = fields.get(name) if isinstance(fields, MutableMapping) else None
    if not isinstance(value, str):
        return False
    known = (name, value.lower()) in _sent
    _sent.add((name, value.lower()))
    return known

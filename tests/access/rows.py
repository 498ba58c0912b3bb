"""How to call each operation validly, and who owns the resource in its path.

A row follows from the contract: the body is its first example, and a link of the operation that
creates a resource says what its path names. `ROWS` has the operations that need something else.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from uuid import uuid4

from app.api.versions import VERSIONS
from tests import examples, exports, files, webhooks
from tests.clients import PASSWORD, Caller, get_token, sign_up

Body = Callable[[Caller], Mapping[str, object]]
Send = Callable[[bytes], Mapping[str, str]]


@dataclass(frozen=True)
class Thing:
    """A resource in a path, created for a user; only this user may see it if it is owned."""

    make: Callable[[Caller], Awaitable[str]]
    is_owned: bool


@dataclass(frozen=True)
class Row:
    """A valid call: the thing that the path names, and the body that the user would send.

    Attributes:
        status: What an admitted caller gets, where it is not the first success of the contract.
        ends_sessions: Whether the callers cannot be used again.
        content: The body of an operation that takes no JSON and no form.
        headers: Makes the headers that go with a body.
    """

    thing: Thing | None = None
    body: Body | None = None
    status: int | None = None
    ends_sessions: bool = False
    content: bytes | None = None
    headers: Send | None = None


async def _make_session(user: Caller) -> str:
    """Sign in once more; the newest session is the first of the list."""
    await get_token(user.client, user.email)
    return str((await user.get("/users/me/sessions")).json()["items"][0]["id"])


async def _make_account(user: Caller) -> str:
    eve = await sign_up(user.client, "Eve")
    return str((await eve.get("/users/me")).json()["id"])


# part exports
async def _make_export(user: Caller) -> str:
    return str((await exports.ask(user))["id"])


async def _make_file(user: Caller) -> str:
    return str((await exports.finished(user, await _make_export(user)))["id"])


async def _make_cancelled(user: Caller) -> str:
    """Cancel an export before it is done; then it can be cancelled any number of times."""
    while True:
        export_id = await _make_export(user)
        if (await user.post(f"/exports/{export_id}/cancel", None)).status_code == 200:
            return export_id


# end part


# part webhooks
async def _make_delivery(user: Caller) -> str:
    return str((await webhooks.ping(user, await webhooks.create(user)))["id"])


# end part


def _new_account(_: Caller) -> Mapping[str, object]:
    return {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}


def _sign_in(user: Caller) -> Mapping[str, object]:
    return {"grant_type": "password", "username": user.email, "password": PASSWORD}


def _unknown_token(_: Caller) -> Mapping[str, object]:
    return {"token": uuid4().hex}


def _address(user: Caller) -> Mapping[str, object]:
    return {"email": user.email}


def _spent_code(_: Caller) -> Mapping[str, object]:
    return {"token": uuid4().hex}


def _spent_code_and_password(_: Caller) -> Mapping[str, object]:
    return {"token": uuid4().hex, "password": PASSWORD}


def _same_password(_: Caller) -> Mapping[str, object]:
    return {"current_password": PASSWORD, "new_password": PASSWORD}


def _display_name(_: Caller) -> Mapping[str, object]:
    return {"display_name": "Ada L."}


# part files
async def _make_upload(user: Caller) -> str:
    return str((await files.stored(user))["id"])


def _of_a_png(_: bytes) -> Mapping[str, str]:
    return {"Content-Type": "image/png"}


SCAN = files.scan_event(str(uuid4()))
UPLOAD = Thing(_make_upload, is_owned=True)
# end part
# part exports
FILE = Thing(_make_file, is_owned=True)
CANCELLED = Thing(_make_cancelled, is_owned=True)
# end part
DELIVERY = Thing(_make_delivery, is_owned=True)  # part webhooks
SESSION = Thing(_make_session, is_owned=True)
ACCOUNT = Thing(_make_account, is_owned=False)

ROWS: Mapping[str, Row] = {
    "registerUser": Row(body=_new_account),
    "createToken": Row(body=_sign_in),
    "revokeToken": Row(body=_unknown_token),
    "forgotPassword": Row(body=_address),
    "resetPassword": Row(body=_spent_code_and_password, status=409),
    "verifyEmail": Row(body=_spent_code, status=409),
    "endSession": Row(SESSION),
    "endSessions": Row(ends_sessions=True),
    "changePassword": Row(body=_same_password, ends_sessions=True),
    "updateMe": Row(body=_display_name),
    "getUser": Row(ACCOUNT),
    "updateUser": Row(ACCOUNT, _display_name),
    "deleteUser": Row(ACCOUNT),
    # part files
    "uploadFile": Row(content=files.PNG, headers=_of_a_png),
    "receiveScan": Row(content=SCAN, headers=files.signed),
    "followScans": Row(status=426),
    "getFile": Row(UPLOAD),
    "deleteFile": Row(UPLOAD),
    "downloadFile": Row(UPLOAD),
    # end part
    # part exports
    "getExportFile": Row(FILE),
    "watchExport": Row(FILE),
    "cancelExport": Row(CANCELLED),
    # end part
    "redeliverEvent": Row(DELIVERY),  # part webhooks
}


def row_of(operation_id: str, version: str) -> Row:
    """Return how an operation of a version is called.

    The operations of one id share a row, unless a version has its own, such as `v1 createItem`.

    Raises:
        LookupError: The table has no row, and none follows from the contract.
    """
    for name in (f"{version} {operation_id}", operation_id):
        if name in ROWS:
            return ROWS[name]
    return _derived(operation_id, version)


@cache
def _derived(operation_id: str, version: str) -> Row:
    """Return the row that follows from the contract; raises LookupError for none."""
    contract = next(one for one in VERSIONS if one.name == version)
    operation = contract.operations[operation_id]
    parameters = re.findall(r"\{(\w+)\}", operation.path)
    if len(parameters) > 1 or any(examples.maker_of(name) is None for name in parameters):
        raise LookupError(
            f"No link of a POST gives all of {', '.join(parameters)}, which {operation_id} needs. "
            f"Fix: add the link to the contract, or a row to tests/access/rows.py"
        )
    example = examples.example_of(contract, operation)
    body = None if example is None else partial(_example, example)
    return Row(_thing(parameters[0]) if parameters else None, body)


def headers_of(row: Row, content: bytes | None) -> Mapping[str, str]:
    """Return the headers that an operation needs with a body."""
    return row.headers(content or b"") if row.headers else {}


def _example(example: Mapping[str, object], _: Caller) -> Mapping[str, object]:
    return example


@cache
def _thing(parameter: str) -> Thing:
    """Return what a link of the contract leads to; what administrators create has no owner."""
    maker = examples.maker_of(parameter)
    by_admin = maker is not None and maker.is_for_admins
    return Thing(partial(examples.made, parameter), is_owned=not by_admin)

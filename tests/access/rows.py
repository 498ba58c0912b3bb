"""How to call each operation validly, and who owns the resource in its path.

Every operation of the contract needs a row; the documentation shows the table that follows from it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from tests import api_keys, exports, items
from tests.clients import PASSWORD, Caller, get_token, sign_up

Body = Callable[[Caller], Mapping[str, object]]


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
    """

    thing: Thing | None = None
    body: Body | None = None
    status: int | None = None
    ends_sessions: bool = False


# part example
async def _make_item(user: Caller) -> str:
    return str((await items.create(user))["id"])


# end part


# part api_keys
async def _make_api_key(user: Caller) -> str:
    return str((await api_keys.create(user))["id"])


# end part


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


# part example
def _name(_: Caller) -> Mapping[str, object]:
    return {"name": "Oak table"}


# end part


def _display_name(_: Caller) -> Mapping[str, object]:
    return {"display_name": "Ada L."}


# part api_keys
def _key(_: Caller) -> Mapping[str, object]:
    return {"name": "Import", "scopes": ["profile:read"]}


# end part


# part exports
def _format(_: Caller) -> Mapping[str, object]:
    return {"format": "csv"}


# end part


ITEM = Thing(_make_item, is_owned=True)  # part example
API_KEY = Thing(_make_api_key, is_owned=True)  # part api_keys
# part exports
EXPORT = Thing(_make_export, is_owned=True)
FILE = Thing(_make_file, is_owned=True)
CANCELLED = Thing(_make_cancelled, is_owned=True)
# end part
SESSION = Thing(_make_session, is_owned=True)
ACCOUNT = Thing(_make_account, is_owned=False)

ROWS: Mapping[str, Row] = {
    "getLiveness": Row(),
    "getReadiness": Row(),
    "registerUser": Row(body=_new_account),
    "createToken": Row(body=_sign_in),
    "revokeToken": Row(body=_unknown_token),
    "forgotPassword": Row(body=_address),
    "resetPassword": Row(body=_spent_code_and_password, status=409),
    "verifyEmail": Row(body=_spent_code, status=409),
    "getJwks": Row(),
    "listSessions": Row(),
    "endSession": Row(SESSION),
    "endSessions": Row(ends_sessions=True),
    "changePassword": Row(body=_same_password, ends_sessions=True),
    "requestVerification": Row(),
    "getMe": Row(),
    "updateMe": Row(body=_display_name),
    "listUsers": Row(),
    "getUser": Row(ACCOUNT),
    "updateUser": Row(ACCOUNT, _display_name),
    "deleteUser": Row(ACCOUNT),
    # part api_keys
    "listApiKeys": Row(),
    "createApiKey": Row(body=_key),
    "getApiKey": Row(API_KEY),
    "revokeApiKey": Row(API_KEY),
    # end part
    # part example
    "listItems": Row(),
    "createItem": Row(body=_name),
    "getItem": Row(ITEM),
    "updateItem": Row(ITEM, _name),
    "deleteItem": Row(ITEM),
    # end part
    # part exports
    "createExport": Row(body=_format),
    "getExport": Row(EXPORT),
    "getExportFile": Row(FILE),
    "watchExport": Row(FILE),
    "cancelExport": Row(CANCELLED),
    # end part
}


def row_of(operation_id: str, version: str) -> Row:
    """Return how an operation of a version is called; raises LookupError for one without a row.

    The operations of one id share a row, unless a version has its own, such as `v1 createItem`.
    """
    for name in (f"{version} {operation_id}", operation_id):
        if name in ROWS:
            return ROWS[name]
    raise LookupError(f"{operation_id} has no row in tests/access/rows.py")

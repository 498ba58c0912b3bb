"""How hard the API is fuzzed, as whom, and what came of it.

FUZZ_EXAMPLES: generated requests per operation, and chains of requests; more find more.
FUZZ_SEED: where the random numbers start; the same seed makes the same requests.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

import httpx2
from fastapi import FastAPI
from schemathesis import engine
from schemathesis.engine import events
from schemathesis.schemas import BaseSchema

from app.api.version import Version
from app.core.security import ROLE_SCOPES
from tests import api_keys
from tests.api_keys import HEADER
from tests.clients import PASSWORD, Caller, get_token
from tests.users import signed_in
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

PEERS = {"ada": "ada@example.com", "bob": "bob@example.com"}
"""Two users who may see nothing of each other. Ada is the user in the contract's examples, so that
the example of signing in succeeds."""

Account = Mapping[str, object]

_ACCEPTED = ["2xx", "3xx", 401, 403, 404, 409, 412, 429, "5xx"]


def for_admins(version: Version) -> list[str]:
    """Return the operations that answer 403 to everybody else."""
    asked = {
        name: frozenset(scope for one in operation.security for scope in one.get("oauth2", ()))
        for name, operation in version.operations.items()
    }
    return [name for name, scopes in asked.items() if not scopes <= ROLE_SCOPES["user"]]


def made_by_admins(version: Version) -> list[str]:
    """Return the operations on one thing that only administrators create."""
    admins = [version.operations[name] for name in for_admins(version)]
    tags = {operation.tag for operation in admins if operation.method == "POST"}
    found = version.operations.items()
    return [name for name, one in found if one.tag in tags and "{" in one.path]


# part api_keys
def with_keys(version: Version) -> list[str]:
    """Return the operations that accept an API key."""
    return [
        name
        for name, operation in version.operations.items()
        if any("api_key" in alternative for alternative in operation.security)
    ]


# end part


class Complaint(NamedTuple):
    """What a check has found, with a request that shows it."""

    check: str
    operation: str
    text: str


async def register_peers(client: httpx2.AsyncClient) -> list[Account]:
    """Give both users an account, and return how each of them signs in."""
    for email in PEERS.values():
        answer = await client.post("/auth/register", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 202, answer.text
    return [_account(*peer) for peer in PEERS.items()]


async def register_admin(app: FastAPI, client: httpx2.AsyncClient) -> list[Account]:
    """Make an administrator beside the peers, and return how it signs in."""
    await register_peers(client)
    return [_account("root", (await signed_in(app, client, "Root", role="admin")).email)]


# part api_keys
async def register_machines(client: httpx2.AsyncClient) -> list[Account]:
    """Make an API key for each peer, and return how it is sent."""
    await register_peers(client)
    accounts: list[Account] = []
    for name, email in PEERS.items():
        token = await get_token(client, email)
        peer = Caller(email, {"Authorization": f"Bearer {token}"}, client)
        header = {"name": HEADER, "value": (await api_keys.create(peer))["key"]}
        accounts.append({"name": name, "fixedHeaders": [header]})
    return accounts


# end part


_CONFIGURATION = Template("""
seed = $seed
hooks = $hooks
continue-on-failure = true
request-timeout = $limit

[auth.wfc]
path = $accounts
$peers

[cache]
enabled = false

# The default, and 412: valid data may speak of a version that is gone.
[checks.positive_data_acceptance]
expected-statuses = $accepted

[generation]
mode = "all"
max-examples = $examples
database = "none"

# All that would leave operations untested. (It warns of wrong passwords, too.)
[warnings]
fail-on = [
    "missing_auth", "missing_deserializer", "missing_test_data", "rate_limited",
    "method_not_allowed", "unresolvable_reference", "unsupported_regex",
]

# A cursor that fits the pattern may still be none that the list gave out; nor is a signature valid.
[[operations]]
include-operation-id = $sealed
checks.positive_data_acceptance.expected-statuses = $accepted_if_sealed

# part files
# No request is a handshake.
[[operations]]
include-operation-id = ["followScans"]
checks.positive_data_acceptance.expected-statuses = [401, 403, 426, 429]

# end part
# part webhooks
# A URL that fits its schema may lead to an address that is not public.
[[operations]]
include-operation-id = ["createWebhook", "updateWebhook"]
checks.positive_data_acceptance.expected-statuses = $accepted_if_public

# end part
# Administrators have a campaign of their own; users find nothing that only administrators create.
# Few chains reach a file that is done.
[[operations]]
include-operation-id = $without_warnings
warnings = false
""")


def write_configuration(folder: Path, version: Version, users: Sequence[Account]) -> Path:
    """Write what schemathesis does; every check that is not named is on, as by default."""
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps({"auth": users}))
    operations = version.operations.items()
    values = {
        "seed": SEED,
        "limit": LIMIT_SECONDS,
        "hooks": str(Path(__file__).with_name("hooks.py")),
        "accounts": str(accounts),
        "accepted": _ACCEPTED,
        "examples": EXAMPLES,
        "sealed": [
            *(name for name, one in operations if "x-pagination" in one.extensions),
            "receiveScan",  # part files
        ],
        "accepted_if_sealed": [*_ACCEPTED, 400],
        "accepted_if_public": [*_ACCEPTED, 422],  # part webhooks
        "without_warnings": [
            *for_admins(version),
            *made_by_admins(version),
            "getExportFile",  # part exports
        ],
    }
    text = {name: json.dumps(value) for name, value in values.items()}
    names = json.dumps([user["name"] for user in users])
    text["peers"] = f"peers = {names}" if len(users) > 1 else ""
    configuration = folder / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION.substitute(text))
    return configuration


def _account(name: str, email: str) -> dict[str, object]:
    """Describe how this user gets a token and sends it, as Web Fuzzing Commons has it."""
    form = httpx2.QueryParams(grant_type="password", username=email, password=PASSWORD)
    return {
        "name": name,
        "loginEndpointAuth": {
            "verb": "POST",
            "endpoint": f"{PREFIX}/auth/token",
            "contentType": "application/x-www-form-urlencoded",
            "payloadRaw": str(form),
            "token": {
                "extractFrom": "body",
                "extractSelector": "/access_token",
                "sendIn": "header",
                "sendName": "Authorization",
                "sendTemplate": "Bearer {token}",
            },
        },
    }


def run(contract: BaseSchema) -> set[Complaint]:
    """Fuzz in every phase that is on, and return what was found."""
    found = set()
    for event in engine.from_schema(contract).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                for check in (check for checks in recorder.checks.values() for check in checks):
                    if (failed := check.failure_info) is not None:
                        problem = failed.failure
                        text = f"{problem.message}\n{failed.code_sample}"
                        found.add(Complaint(check.name, problem.operation or "", text))
            case events.NonFatalError(value=error) | events.FatalError(exception=error):
                found.add(Complaint("error", "", repr(error)))
            case _:
                pass
    return found

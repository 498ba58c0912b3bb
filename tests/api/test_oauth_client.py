"""A standard OAuth2 client, not written here, against the served application."""

from collections.abc import Iterator
from typing import Any, cast

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import get_well_known_url
from pydantic import SecretStr
from requests.utils import parse_dict_header

from app.core.config import Settings
from tests import backends
from tests.apps import make_settings
from tests.clients import PASSWORD
from tests.contract.server import Server, serve
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.process

EMAIL = "ada@example.com"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("oauth")
    with backends.migrated("sqlite", folder) as url:
        settings: Settings = make_settings(database_url=SecretStr(url), bcrypt_rounds=4)
        with serve(settings, folder) as server:
            account = {"email": EMAIL, "password": PASSWORD}
            register = f"{server.url}{PREFIX}/auth/register"
            httpx2.post(register, json=account, timeout=LIMIT_SECONDS).raise_for_status()
            yield server


@pytest.fixture
def session(server: Server) -> Iterator[OAuth2Session]:
    """Return a client that was told nothing but the address of an operation."""
    refused = httpx2.get(f"{server.url}{PREFIX}/users/me")
    challenge = refused.headers["WWW-Authenticate"].removeprefix("Bearer ")
    address = cast("Any", parse_dict_header)(challenge)["resource_metadata"]
    resource = httpx2.get(address).json()
    (issuer,) = resource["authorization_servers"]
    found = httpx2.get(get_well_known_url(issuer, external=True)).json()
    with OAuth2Session(
        token_endpoint=found["token_endpoint"],
        revocation_endpoint=found["revocation_endpoint"],
        token_endpoint_auth_method=found["token_endpoint_auth_methods_supported"][0],
        scope=" ".join(found["scopes_supported"]),
    ) as session:
        yield session


def test_it_signs_in_refreshes_and_signs_out(session: OAuth2Session, server: Server) -> None:
    me = f"{server.url}{PREFIX}/users/me"

    first = dict(session.fetch_token(username=EMAIL, password=PASSWORD))
    assert session.get(me).json()["email"] == EMAIL
    second = dict(session.refresh_token(session.metadata["token_endpoint"]))
    assert session.get(me).json()["email"] == EMAIL
    revoked = cast("Any", session).revoke_token(
        session.metadata["revocation_endpoint"], token=second["refresh_token"]
    )

    assert second["refresh_token"] != first["refresh_token"]
    assert revoked.status_code == 200
    assert session.get(me).status_code == 401


def test_it_understands_a_refusal(session: OAuth2Session) -> None:
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.fetch_token(username=EMAIL, password="not the password")

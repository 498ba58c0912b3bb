"""The metadata documents of RFC 8414 and RFC 9728."""

from urllib.parse import urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from app.core.security import ROLE_SCOPES
from app.main import create_app
from tests.apps import make_settings, started

ISSUER = "https://api.example.com"
SERVER = "http://test/.well-known/oauth-authorization-server"
RESOURCE = "http://test/.well-known/oauth-protected-resource"


async def read(url: str) -> httpx2.Response:
    """Read a document of a service that clients reach at the address of the issuer."""
    async with started(create_app(make_settings(public_url=ISSUER))) as client:
        return await client.get(url)


async def test_a_client_library_accepts_the_metadata_of_the_server() -> None:
    document = (await read(SERVER)).json()
    metadata = AuthorizationServerMetadata(document)

    # The library takes the empty list of response types for a missing one.
    assert metadata.pop("response_types_supported") == []
    for key in metadata.REGISTRY_KEYS:
        if key != "response_types_supported":
            getattr(metadata, f"validate_{key}")()
    assert document["issuer"] == ISSUER
    assert document["grant_types_supported"] == ["password", "refresh_token"]
    assert set(document["scopes_supported"]) == ROLE_SCOPES["admin"]


@pytest.mark.parametrize(
    ("key", "method", "status"),
    [
        ("token_endpoint", "POST", 400),
        ("revocation_endpoint", "POST", 400),
        ("jwks_uri", "GET", 200),
        ("service_documentation", "GET", 200),
    ],
)
async def test_each_endpoint_of_the_metadata_is_served(
    client: httpx2.AsyncClient, key: str, method: str, status: int
) -> None:
    path = urlsplit((await client.get(SERVER)).json()[key]).path

    assert (await client.request(method, f"http://test{path}")).status_code == status


async def test_the_metadata_of_the_resource_name_its_server_and_what_it_takes() -> None:
    metadata = (await read(RESOURCE)).json()

    # The resource is where the document was found (RFC 9728, section 3.3).
    assert metadata["resource"] == ISSUER
    assert metadata["authorization_servers"] == [ISSUER]
    assert metadata["bearer_methods_supported"] == ["header"]
    assert set(metadata["scopes_supported"]) == ROLE_SCOPES["admin"]


@pytest.mark.parametrize("url", [SERVER, RESOURCE])
async def test_caches_keep_the_metadata_for_a_while(client: httpx2.AsyncClient, url: str) -> None:
    answer = await client.get(url)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"

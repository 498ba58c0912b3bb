"""The public keys over HTTP, read by a library that the application does not use."""

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from app.core.config import Settings
from app.core.crypto.keys import make_signing_key
from app.main import create_app
from tests.apps import make_settings, started
from tests.clients import Caller
from tests.tokens import claims, issue_let_in, sign
from tests.versions import PREFIX


@pytest.mark.parametrize("base", [PREFIX, ""], ids=["below the prefix", "at the root"])
async def test_anybody_reads_the_keys_and_may_keep_them(
    client: httpx2.AsyncClient, base: str
) -> None:
    answer = await client.get(f"http://test{base}/.well-known/jwks.json")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert [set(key) for key in answer.json()["keys"]] == [
        {"kty", "crv", "x", "y", "kid", "use", "alg"}
    ]


async def test_another_library_verifies_a_token_with_them(
    client: httpx2.AsyncClient, settings: Settings, ada: Caller
) -> None:
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())

    token = jwt.decode(ada.headers["Authorization"].partition(" ")[2], keys, algorithms=["ES256"])

    assert token.header["typ"] == "at+jwt"
    assert token.header["kid"] == keys.keys[0].thumbprint()
    assert (token.claims["iss"], token.claims["aud"]) == (settings.public_url,) * 2
    assert token.claims["exp"] - token.claims["iat"] == settings.access_token_seconds


async def test_another_library_refuses_a_forged_token(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    forged = sign(settings, claims(settings), key=make_signing_key("ES256").loaded.key)

    with pytest.raises(BadSignatureError):
        jwt.decode(forged, keys, algorithms=["ES256"])


async def test_a_shared_secret_is_never_shown_and_tokens_of_the_file_stay_good() -> None:
    settings = make_settings(token_algorithm="HS256")
    app = create_app(settings)

    async with started(app) as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
        headers = {"Authorization": f"Bearer {await issue_let_in(app, settings)}"}
        # No database answers, so an authenticated caller gets 503.
        assert (await client.get("/users/me", headers=headers)).status_code == 503

    assert [key["alg"] for key in keys] == ["ES256"]

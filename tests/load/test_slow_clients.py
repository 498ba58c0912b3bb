"""How exactly slow clients are cut off."""

import time

import pytest

from app.main import create_app
from tests import figures
from tests.apps import make_settings, own_log
from tests.serving import exchange, served
from tests.versions import PREFIX

pytestmark = pytest.mark.load

HEADER_SECONDS, BODY_SECONDS = 1, 2
POST = (
    f"POST {PREFIX}/auth/register".encode()
    + b" HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
)
CASES = {
    "nothing": (b"", HEADER_SECONDS),
    "a part of the header": (POST, HEADER_SECONDS),
    "a part of the body": (POST + b"Content-Length: 9\r\n\r\n{", BODY_SECONDS),
}


@pytest.mark.parametrize(("sent", "budget"), CASES.values(), ids=CASES)
async def test_a_client_that_stops_is_cut_off_at_its_limit(
    request: pytest.FixtureRequest, sent: bytes, budget: int
) -> None:
    settings = make_settings(
        header_timeout_seconds=HEADER_SECONDS, body_timeout_seconds=BODY_SECONDS
    )
    with own_log():
        async with served(create_app(settings), settings) as port:
            started = time.perf_counter()
            await exchange(port, sent)
            seconds = time.perf_counter() - started

    name = request.node.callspec.id
    figures.record("slow clients are cut off", f"{name}: after {seconds:.2f} s of {budget} s")
    assert abs(seconds - budget) < 0.5

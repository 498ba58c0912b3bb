"""Every line of the log is JSON, and names the request that it belongs to."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import Request
from fastapi.responses import StreamingResponse

from app.api import deps
from app.core.config import Settings
from app.core.logging import configure_logging
from app.main import create_app
from tests.api.conftest import Logs
from tests.apps import changed, make_settings, own_log, started
from tests.clients import PASSWORD, sign_up
from tests.problems import assert_problem
from tests.serving import served
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST_ID = "request-0123456789"


def of_requests(logs: Logs) -> list[dict[str, Any]]:
    """Leave out what the application does in the background."""
    return [line for line in logs() if "request_id" in line]


async def test_a_request_is_one_line_with_all_that_an_operator_asks_for(logs: Logs) -> None:
    settings = make_settings()
    async with started(create_app(settings)) as client:
        logs()
        headers = {"X-Request-ID": REQUEST_ID, "traceparent": f"00-{TRACE_ID}-{'b' * 16}-01"}
        await client.get("/health/live?secret=1", headers=headers)
        lines = [line for line in logs() if line["logger"] == "app.api.middleware"]

    assert len(lines) == 1
    line = lines[0]
    assert isinstance(line.pop("duration_ms"), float)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "app.api.middleware",
        "message": "request",
        "request_id": REQUEST_ID,
        "trace_id": TRACE_ID,
        "method": "GET",
        "path": f"{PREFIX}/health/live",
        "operation": "getLiveness",
        "status": 200,
    }


@pytest.mark.parametrize("given", ["", "00-zz-b-01", f"00-{'0' * 32}-{'b' * 16}-01"])
async def test_a_request_without_a_valid_trace_begins_one(logs: Logs, given: str) -> None:
    async with started(create_app(make_settings())) as client:
        await client.get("/health/live", headers={"traceparent": given})
        lines = [line for line in logs() if line["logger"] == "app.api.middleware"]

    assert len(lines[-1]["trace_id"]) == 32
    assert lines[-1]["trace_id"] != "0" * 32


async def test_a_request_without_an_id_gets_one(client: httpx2.AsyncClient) -> None:
    first = (await client.get("/health/live")).headers["X-Request-ID"]
    second = (await client.get("/health/live")).headers["X-Request-ID"]

    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize("given", ["12345678", "a" * 128, "0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59"])
async def test_the_id_of_a_request_is_kept(client: httpx2.AsyncClient, given: str) -> None:
    answer = await client.get("/nowhere", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given
    assert assert_problem(answer, 404, "not-found")["request_id"] == given


@pytest.mark.parametrize("given", ["", "short", "a" * 129, 'two words"}', "line\\nbreak", "ümläut"])
async def test_an_id_that_could_forge_log_lines_is_replaced(
    client: httpx2.AsyncClient, given: str
) -> None:
    answer = await client.get("/health/live", headers={b"X-Request-ID": given.encode()})

    assert len(answer.headers["X-Request-ID"]) == 32


async def test_the_reason_of_a_failure_is_logged_under_the_ids_that_the_client_has(
    logs: Logs,
) -> None:
    async def broken_provider(_: Request) -> None:
        raise RuntimeError("the secret reason")

    app = create_app(make_settings())
    app.dependency_overrides[deps.services] = broken_provider

    async with started(app) as client:
        logs()
        headers = {"X-Request-ID": REQUEST_ID, "traceparent": f"00-{TRACE_ID}-{'b' * 16}-01"}
        problem = (await client.get("/health/live", headers=headers)).json()
        lines = of_requests(logs)

    assert (problem["request_id"], problem["trace_id"]) == (REQUEST_ID, TRACE_ID)
    assert {(line["request_id"], line["trace_id"]) for line in lines} == {(REQUEST_ID, TRACE_ID)}
    failures = [line for line in lines if line["level"] == "ERROR"]
    assert len(failures) == 1
    assert failures[0]["code"] == "internal-error"
    assert "RuntimeError: the secret reason" in failures[0]["exception"]


async def test_a_refused_request_is_no_error_of_the_server(logs: Logs) -> None:
    async with started(create_app(make_settings())) as client:
        logs()
        await client.get("/users/me")
        await client.get("/nowhere")
        lines = of_requests(logs)

    assert {line["level"] for line in lines} == {"INFO"}


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_no_line_holds_a_secret(settings: Settings, logs: Logs, level: str) -> None:
    async with started(create_app(changed(settings, log_level=level))) as client:
        ada = await sign_up(client, "Ada")
        await ada.get("/users/me")
        await client.post("/auth/register", json={"password": PASSWORD})
    text = str(logs())

    token = ada.headers["Authorization"].partition(" ")[2]
    assert f"{PREFIX}/users/me" in text
    for secret in (PASSWORD, token, settings.secret_key.get_secret_value(), "$bcrypt"):
        assert secret not in text


async def test_what_is_no_text_is_logged_as_text(logs: Logs) -> None:
    async with started(create_app(make_settings())):
        logs()
        logging.getLogger("app").warning("line\nbreak ü %s", {1}, extra={"thing": object})
        [line] = [line for line in logs() if line["logger"] == "app"]

    assert line["message"] == "line\nbreak ü {1}"
    assert line["thing"] == "<class 'object'>"


async def test_the_servers_own_lines_are_json_and_name_the_request(logs: Logs) -> None:
    async def broken_stream() -> AsyncIterator[bytes]:
        yield b"the first piece"
        raise RuntimeError("broken in the middle")

    async def route() -> StreamingResponse:
        return StreamingResponse(broken_stream())

    app = create_app(make_settings())
    app.add_api_route("/broken", route)

    with own_log():
        configure_logging("INFO")
        async with (
            served(app, make_settings()) as port,
            httpx2.AsyncClient(timeout=LIMIT_SECONDS) as client,
        ):
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.get(
                    f"http://127.0.0.1:{port}/broken", headers={"X-Request-ID": REQUEST_ID}
                )
    lines = logs()

    servers = [line for line in lines if line["logger"] == "uvicorn.error"]
    assert any("Uvicorn running on http://127.0.0.1" in line["message"] for line in servers)
    failure = next(line for line in servers if line["level"] == "ERROR")
    assert failure["request_id"] == REQUEST_ID
    assert "broken in the middle" in failure["exception"]
    assert not [line for line in lines if line["logger"] == "uvicorn.access"]

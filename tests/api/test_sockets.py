"""The WebSocket of the contract: what holds for requests holds for it, and errors are codes."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection

from app.core.config import Settings
from app.db.models.files import FileScan
from app.main import create_app
from app.services.files import Files
from tests.api.conftest import Logs, own_database
from tests.apps import changed, started
from tests.clients import Caller, narrow, sign_up
from tests.files import stored
from tests.serving import served
from tests.sockets import end, opened, refusal
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

PAGE = "https://app.example.com"
PATH = f"{PREFIX}/files/scans"


class Service:
    """A served application, and a user of it."""

    def __init__(self, app: FastAPI, ada: Caller, port: int) -> None:
        self.app, self.ada = app, ada
        self.url = f"ws://127.0.0.1:{port}{PATH}"

    async def open(self) -> ClientConnection:
        """Open a WebSocket as this user."""
        return await opened(self.url, self.ada.headers)

    async def scan(self, file_id: str, result: FileScan) -> None:
        """Store the result of a virus scan."""
        async with self.app.state.resources.database.write() as work:
            await work.files.set_scan(UUID(file_id), result)


@pytest.fixture(scope="module")
async def running(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient, int]]:
    with own_database(settings, tmp_path_factory.mktemp("sockets")) as fresh:
        own = changed(fresh, cors_origins=[PAGE])
        app = create_app(own, runs_tasks=False)
        async with started(app) as client, served(app, own, lifespan="off") as port:
            yield app, client, port


@pytest.fixture
async def service(running: tuple[FastAPI, httpx2.AsyncClient, int]) -> Service:
    app, client, port = running
    return Service(app, await sign_up(client, "Ada"), port)


async def test_a_file_is_sent_and_sent_again_when_its_scan_has_ended(service: Service) -> None:
    file = await stored(service.ada)
    async with await service.open() as socket:
        await socket.send(file["id"])
        first = json.loads(await socket.recv())

        await service.scan(file["id"], "clean")

        second = json.loads(await socket.recv())
    assert first == file
    assert second == {**file, "scan": "clean"}


async def test_the_response_has_the_headers_of_every_response(service: Service) -> None:
    async with await opened(
        service.url, {**service.ada.headers, "X-Request-ID": "request-12345"}
    ) as socket:
        assert socket.response is not None
        headers = socket.response.headers

    assert headers["X-Request-ID"] == "request-12345"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["RateLimit"]


async def test_a_page_sends_its_token_as_a_subprotocol(service: Service) -> None:
    token = service.ada.headers["Authorization"].removeprefix("Bearer ")
    file = await stored(service.ada)

    async with await opened(service.url, origin=PAGE, subprotocols=["bearer", token]) as socket:
        await socket.send(file["id"])

        assert json.loads(await socket.recv()) == file
        assert socket.subprotocol == "bearer"


async def test_a_page_of_another_origin_is_refused(service: Service) -> None:
    answer = await refusal(service.url, service.ada.headers, "https://evil.example.com")

    assert (answer.status, answer.problem()["code"]) == (403, "origin-refused")


async def test_a_handshake_without_credentials_is_refused(service: Service) -> None:
    answer = await refusal(service.url, {})

    assert (answer.status, answer.problem()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_handshake_without_the_scope_is_refused(service: Service) -> None:
    headers = await narrow(service.ada.client, service.ada, "profile:read")

    answer = await refusal(service.url, headers)

    assert (answer.status, answer.problem()["code"]) == (403, "insufficient-scope")


async def test_a_request_that_is_no_handshake_is_told_to_be_one(service: Service) -> None:
    answer = await service.ada.get("/files/scans")

    assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
    assert answer.json()["code"] == "upgrade-required"


async def test_an_operation_that_is_no_socket_refuses_a_handshake(service: Service) -> None:
    answer = await refusal(service.url.replace("files/scans", "users/me"), service.ada.headers)

    assert (answer.status, answer.problem()["code"]) == (404, "not-found")


async def test_the_connection_ends_with_the_session(service: Service) -> None:
    async with await service.open() as socket, asyncio.timeout(LIMIT_SECONDS):
        await service.ada.delete("/users/me/sessions")

        assert await end(socket) == (4401, "The session has ended.")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (str(uuid4()), 4404),
        ("no id", 4400),
        (b"\x00", 4415),
        ("x" * 65_537, 1009),
    ],
    ids=["unknown file", "no id", "bytes", "too long"],
)
async def test_a_bad_message_ends_the_connection(
    service: Service, message: str | bytes, code: int
) -> None:
    async with await service.open() as socket:
        await socket.send(message)

        assert (await end(socket))[0] == code


async def test_a_file_of_another_user_is_unknown(service: Service) -> None:
    bob = await sign_up(service.ada.client, "Bob")
    file = await stored(bob)
    async with await service.open() as socket:
        await socket.send(file["id"])

        assert await end(socket) == (4404, "There is no file with this id.")


async def test_a_connection_takes_a_number_of_messages(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.request.sockets._MAX_MESSAGES", 2)
    file = await stored(service.ada)
    async with await service.open() as socket:
        for _ in range(3):
            await socket.send(file["id"])

        assert (await end(socket))[0] == 4429


async def test_an_unexpected_error_ends_the_connection_and_is_logged(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise LookupError("row 17")

    monkeypatch.setattr(Files, "look_at", fail)
    async with await service.open() as socket:
        code, reason = await end(socket)

    assert code == 4500
    assert "row 17" not in reason
    assert [one.exc_info[0] for one in caplog.records if one.exc_info] == [LookupError]


async def test_the_connection_ends_after_its_time(idle: FastAPI) -> None:
    async with (
        started(idle) as client,
        served(idle, idle.state.settings, lifespan="off") as port,
    ):
        ada = await sign_up(client, "Ada")
        async with await opened(f"ws://127.0.0.1:{port}{PATH}", ada.headers) as socket:
            assert (await end(socket))[0] == 1000


async def test_each_handshake_has_a_line_in_the_log_without_its_query(
    idle_settings: Settings, logs: Logs
) -> None:
    app = create_app(idle_settings, runs_tasks=False)
    async with started(app) as client, served(app, idle_settings, lifespan="off") as port:
        ada = await sign_up(client, "Ada")
        url = f"ws://127.0.0.1:{port}{PATH}"
        await refusal(f"{url}?access_token=abc", ada.headers)
        await (await opened(url, ada.headers)).close()
    lines = logs()

    requests = [one for one in lines if one["message"] == "request" and one["path"] == PATH]
    assert [(one["operation"], one["status"]) for one in requests] == [
        ("followScans", 422),
        ("followScans", 101),
    ]
    assert "access_token=abc" not in str([one for one in lines if "httpx" not in one["logger"]])

"""A path has one meaning: for a proxy in front of the application, too."""

import pytest
from fastapi import FastAPI

from tests.backends import EMBEDDED
from tests.raw import send
from tests.versions import PREFIX

LIVE = f"{PREFIX}/health/live"
USER = f"{PREFIX}/users/0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59"


@EMBEDDED
@pytest.mark.parametrize(
    "target",
    [
        f"{PREFIX}%2Fhealth/live",
        "/api%2fv1/health/live",
        f"/%2F{LIVE[1:]}",
        f"{PREFIX}/health%2Flive",
        "/api\\v1/health/live",
        f"{PREFIX}%5Chealth/live",
        f"/{PREFIX}/health/live",
        "/api//v1/health/live",
        f"{PREFIX}/./health/live",
        f"{PREFIX}/%2e/health/live",
        f"{PREFIX}/users/../health/live",
        f"{PREFIX}/users/%2E%2e/health/live",
        f"{PREFIX}/health/live/..",
        f"{USER}%2Ffile",
        f"{USER}%2F",
        f"{USER}%5C",
        "/problems/%2e%2e",
        "/assets/..%2Fsecret.js",
    ],
)
async def test_a_path_whose_parts_depend_on_the_reader_is_not_found(
    app: FastAPI, target: str
) -> None:
    answer = await send(app, "GET", target)

    assert (answer.status, answer.problem()["code"]) == (404, "not-found")
    assert "send the plain path" in answer.problem()["detail"]


@pytest.mark.parametrize("target", [LIVE, f"{PREFIX}/%68ealth/live", "/docs", "/openapi.json"])
async def test_a_path_that_all_readers_understand_alike_is_served(
    app: FastAPI, target: str
) -> None:
    assert (await send(app, "GET", target)).status == 200


@pytest.mark.parametrize("identifier", ["a.b", "...", ".well-known", "%252F", "a%20b", "%E2%80%AE"])
async def test_dots_and_escapes_within_a_part_change_nothing(app: FastAPI, identifier: str) -> None:
    answer = await send(app, "GET", f"{PREFIX}/users/{identifier}")

    assert answer.status == 401

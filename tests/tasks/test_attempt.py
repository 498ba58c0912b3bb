"""Outcomes of an attempt: done, retried, dead, or without effect."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update

from app.core.context import request_id, trace_id
from app.db.models.tasks import DeadTask, Task
from app.db.repositories.tasks import LeaseLostError
from app.db.unit_of_work import UnitOfWork
from app.services.accounts.mail import SendAccountMail
from app.services.support.outbox import Payload
from app.tasks.engine.context import Handler, TaskContext
from app.tasks.engine.waiting import retry_delay
from app.telemetry.traces import join_trace, leave_trace
from tests.tasks.conftest import Lab
from tests.users import new_user


async def nothing(context: TaskContext, payload: Payload) -> None:
    """Do no work."""


async def failing(context: TaskContext, payload: Payload) -> None:
    """Fail."""
    raise ValueError("no")


def adding(
    email: str, *, then_fail: bool = False
) -> Callable[[TaskContext, Payload], Awaitable[None]]:
    """Return work that has an effect in the transaction that ends the task."""

    async def work(context: TaskContext, payload: Payload) -> None:
        async with context.finish() as unit:
            await unit.users.add(new_user(email))
            if then_fail:
                raise ValueError("too late")

    return work


async def user_exists(lab: Lab, email: str) -> bool:
    async with lab.resources.database.read() as work:
        return await work.users.find_by_email(email) is not None


async def find_dead(lab: Lab, task_id: UUID) -> DeadTask:
    assert await lab.find(task_id) is None
    async with lab.resources.database.read() as work:
        dead = await work.session.get(DeadTask, task_id)
    assert dead is not None
    return dead


async def test_a_task_is_done_when_its_work_returns(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    await lab.attempt({payload: nothing})

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt, task.lease_until) == ("done", 1, None)


async def test_effects_and_done_are_committed_together(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    await lab.add(payload)

    await lab.attempt({payload: adding(email)})

    assert await user_exists(lab, email)


async def test_effects_of_an_attempt_that_fails_are_rolled_back(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    task_id = await lab.add(payload)

    await lab.attempt({payload: adding(email, then_fail=True)})

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.last_error) == ("queued", "ValueError: too late")
    assert not await user_exists(lab, email)


def test_the_pause_before_another_attempt_doubles_up_to_an_hour() -> None:
    pauses = [retry_delay(failures, first_seconds=2) for failures in (1, 2, 3, 40)]

    assert 1 <= pauses[0] <= 2 <= pauses[1] <= 4 <= pauses[2] <= 8
    assert 1800 <= pauses[3] <= 3600


async def test_a_task_with_an_invalid_payload_dies_and_stops_no_other(lab: Lab) -> None:
    members = {"task": f"chore_{uuid4().hex}", "max_attempts": 1}
    kind: type[SendAccountMail] = type("Broken", (SendAccountMail,), members)
    payload = kind(kind="verify-email", user_id=uuid4())
    task_id = await lab.add(payload)
    async with lab.resources.database.write() as work:
        unreadable = (
            update(Task)
            .where(Task.id == task_id)
            .values(payload={"kind": "verify-email", "user_id": "?"})
        )
        await work.session.execute(unreadable)
    handler = Handler(kind, nothing)

    async with lab.claimed(payload) as task:
        await lab.execute(handler, task)

    dead = await find_dead(lab, task_id)
    assert dead.error.startswith("pydantic_core.ValidationError: user_id ")


async def test_a_task_that_fails_too_often_is_dead(lab: Lab) -> None:
    payload = lab.payload(max_attempts=1)
    task_id = await lab.add(payload)

    await lab.attempt({payload: failing})

    dead = await find_dead(lab, task_id)
    assert (dead.attempts, dead.error) == (1, "ValueError: no")


async def test_a_task_that_kills_its_worker_each_time_is_dead_too(lab: Lab) -> None:
    payload = lab.payload(max_attempts=1)
    task_id = await lab.add(payload)
    async with lab.claimed(payload):
        await lab.expire(task_id)

    await lab.attempt({payload: nothing})

    dead = await find_dead(lab, task_id)
    assert (dead.attempts, dead.error) == (1, "The last attempt ended without a result.")


async def test_each_attempt_is_measured_by_its_outcome(lab: Lab) -> None:
    payload = lab.payload()
    await lab.add(payload)

    await lab.attempt({payload: failing})

    kind = {"task": payload.task}
    failed = {**kind, "outcome": "failed"}
    assert REGISTRY.get_sample_value("task_late_seconds_count", kind) == 1
    assert REGISTRY.get_sample_value("task_attempt_seconds_count", failed) == 1


async def test_an_attempt_that_takes_too_long_has_failed(lab: Lab) -> None:
    payload = lab.payload(timeout_seconds=0.05)
    task_id = await lab.add(payload)

    async def hang(context: TaskContext, payload: Payload) -> None:
        await asyncio.Event().wait()

    await lab.attempt({payload: hang})

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.last_error) == ("queued", "TimeoutError")


async def test_work_that_awaits_something_cancelled_has_failed(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    async def await_something_cancelled(context: TaskContext, payload: Payload) -> None:
        waiting = asyncio.create_task(asyncio.sleep(60))
        waiting.cancel()
        await waiting

    await lab.attempt({payload: await_something_cancelled})

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt, task.last_error) == ("queued", 1, "asyncio.CancelledError")


async def test_an_error_that_no_database_stores_is_cleaned(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    async def fail(context: TaskContext, payload: Payload) -> None:
        raise ValueError("from a\0far")

    await lab.attempt({payload: fail})

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.last_error) == ("queued", "ValueError: from afar")


async def test_a_task_dies_even_if_on_dead_fails(lab: Lab) -> None:
    payload = lab.payload(max_attempts=1)
    task_id = await lab.add(payload)

    async def tell(work: UnitOfWork, payload: Payload) -> None:
        raise KeyError("nobody")

    handler = Handler(type(payload), failing, on_dead=tell)
    async with lab.claimed(payload) as task:
        await lab.execute(handler, task)

    assert (await find_dead(lab, task_id)).error == "ValueError: no"


async def test_an_error_in_telling_of_a_dead_task_is_logged_whatever_its_class(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    payload = lab.payload(max_attempts=1)
    await lab.add(payload)

    async def tell(work: UnitOfWork, payload: Payload) -> None:
        SendAccountMail.model_validate({"kind": "verify-email", "user_id": "?"})

    handler = Handler(type(payload), failing, on_dead=tell)
    async with lab.claimed(payload) as task:
        await lab.execute(handler, task)

    assert "on_dead of a handler failed" in caplog.messages


async def test_an_attempt_that_lost_its_lease_has_no_effect(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    task_id = await lab.add(payload)
    async with lab.claimed(payload) as first:
        await lab.expire(task_id)
        await lab.attempt({payload: nothing})

        with pytest.raises(LeaseLostError):
            await adding(email)(TaskContext(first, lab.resources, lab.settings), payload)

    assert not await user_exists(lab, email)


async def test_a_lease_is_extended_while_the_work_goes_on(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    leases: list[datetime | None] = []

    async def watch(context: TaskContext, payload: Payload) -> None:
        while len(set(leases)) < 3:
            task = await lab.find(task_id)
            assert task is not None
            leases.append(task.lease_until)
            await asyncio.sleep(0.05)

    await lab.attempt({payload: watch}, task_lease_seconds=1)

    assert leases == sorted(leases, key=str)


async def test_request_and_trace_of_the_cause_are_on_the_log_lines_of_a_task(lab: Lab) -> None:
    payload = lab.payload()
    request_id.set("request-of-the-cause")
    token = join_trace(f"00-{'a' * 32}-{'b' * 16}-01")
    await lab.add(payload)
    leave_trace(token)
    request_id.set(None)
    seen = []

    async def look(context: TaskContext, payload: Payload) -> None:
        seen.append((request_id.get(), trace_id()))
        logging.getLogger("test").info("at work")

    await lab.attempt({payload: look})

    assert seen == [("request-of-the-cause", "a" * 32)]

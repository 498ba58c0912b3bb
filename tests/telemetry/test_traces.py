"""Traces: from a request through the outbox to the worker, as a collector receives them."""

import sys
from collections.abc import Sequence
from urllib.parse import quote

import pytest
from opentelemetry.trace import NoOpTracer, get_current_span

from app.core.config import Settings, WrongSettings
from app.core.context import trace_id
from app.main import create_app
from app.telemetry.export import make_tracing
from app.telemetry.traces import current_traceparent, join_trace, leave_trace, task_span
from tests import secrets_seen
from tests.apps import changed, make_settings, started
from tests.clients import PASSWORD, sign_in, sign_up
from tests.collector import Collector, Span, collecting
from tests.exports import finished
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS, until
from tests.workers import working

TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{PARENT_ID}-01"


@pytest.fixture(autouse=True)
def _send_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", str(LIMIT_SECONDS))


# part exports
async def collect_an_export(settings: Settings) -> Collector:
    """Create an export with a `traceparent`, let a worker make it, and stop everything."""
    with collecting() as collector:
        traced = changed(settings, otel_exporter_otlp_endpoint=collector.url)
        async with started(create_app(traced)) as client, working(traced):
            ada = await sign_up(client, "Ada")
            await ada.post("/items", {"name": "Oak table"})
            answer = await ada.request("POST", "/exports", {}, traceparent=TRACEPARENT)
            assert answer.status_code == 202
            await finished(ada, answer.json()["id"])
            await until(lambda: any(span.name == "task write_export" for span in collector.spans))
        return collector


# end part


def in_trace(spans: Sequence[Span], trace: str) -> list[Span]:
    return [span for span in spans if span.trace_id == trace]


# part exports
async def test_one_trace_goes_from_a_request_to_the_last_commit_of_its_task(
    settings: Settings,
) -> None:
    spans = in_trace((await collect_an_export(settings)).spans, TRACE_ID)

    [request] = [span for span in spans if span.name == f"POST {PREFIX}/exports"]
    [task] = [span for span in spans if span.name == "task write_export"]
    last = max(spans, key=lambda span: span.end if span.name == "COMMIT" else 0)
    assert request.parent_id == PARENT_ID
    assert task.parent_id == request.span_id
    assert last.parent_id == task.span_id
    assert {span.parent_id for span in spans} == {PARENT_ID, request.span_id, task.span_id}
    assert any(
        span.parent_id == request.span_id and "INSERT INTO tasks" in str(span.attributes)
        for span in spans
    )
    if settings.redis_url is not None:
        assert any(span.attributes.get("db.system") == "redis" for span in spans)


# end part


async def test_no_span_contains_a_secret_or_a_value(settings: Settings) -> None:
    with collecting() as collector:
        traced = changed(settings, otel_exporter_otlp_endpoint=collector.url)
        async with started(create_app(traced)) as client:
            ada = await sign_up(client, "Ada")
            await sign_in(client, ada.email)
            await ada.get(f"/users/me/sessions?token={quote(PASSWORD)}")
            await client.post("/auth/register", json={"email": ada.email, "password": PASSWORD})

    assert f"POST {PREFIX}/auth/token" in collector.text
    assert secrets_seen.found_in(collector.text, secrets_seen.secrets) == []
    assert ada.email not in collector.text


# part exports
async def test_polling_begins_no_trace(settings: Settings) -> None:
    spans = (await collect_an_export(settings)).spans

    roots = {span.name for span in spans if not span.parent_id}
    assert {name.partition(" ")[0] for name in roots} <= {"GET", "POST", "task"}


# end part


async def test_a_collector_that_does_not_answer_fails_no_request(settings: Settings) -> None:
    traced = changed(settings, otel_exporter_otlp_endpoint="http://127.0.0.1:1")

    async with started(create_app(traced)) as client:
        answer = await client.get("/health/live")

    assert answer.status_code == 200


async def test_the_settings_decide_which_part_of_new_traces_is_recorded(
    settings: Settings,
) -> None:
    with collecting() as collector:
        traced = changed(
            settings, otel_exporter_otlp_endpoint=collector.url, otel_traces_sampler_arg=0
        )
        async with started(create_app(traced)) as client:
            await client.get("/health/live")
            await client.get("/health/live", headers={"traceparent": TRACEPARENT})

    assert {span.trace_id for span in collector.spans} == {TRACE_ID}


def test_without_the_packages_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(otel_exporter_otlp_endpoint="http://otel:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    monkeypatch.delitem(sys.modules, "app.telemetry.otlp", raising=False)

    with pytest.raises(WrongSettings, match=r"OTEL_EXPORTER_OTLP_ENDPOINT: .*not installed; run"):
        make_tracing(settings)


def test_without_a_collector_nothing_is_recorded() -> None:
    span = make_tracing(make_settings()).tracer.start_span("x")

    assert not span.is_recording()


@pytest.mark.parametrize("given", [None, "", "00-0-0-01", f"00-{'0' * 32}-{PARENT_ID}-01"])
def test_a_request_without_a_valid_trace_begins_one(given: str | None) -> None:
    token = join_trace(given)
    begun = trace_id()
    leave_trace(token)

    assert begun is not None
    assert begun != "0" * 32
    assert trace_id() is None


def test_the_trace_of_a_client_goes_on_in_what_the_process_sends() -> None:
    token = join_trace(TRACEPARENT)
    sent = current_traceparent()
    leave_trace(token)

    assert sent == TRACEPARENT


def test_a_task_without_a_cause_begins_a_trace_of_its_own() -> None:
    with task_span(NoOpTracer(), "delete_old_exports", None):
        begun = get_current_span().get_span_context()

    assert begun.is_valid
    assert current_traceparent() is None

"""Refuses requests early when there are too many, and ends those that take too long."""

import asyncio
import re
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import ServiceUnavailable
from app.core.load import InFlight, Slot, deadline, slot, waiting
from app.telemetry.metrics import REQUESTS_IN_FLIGHT, REQUESTS_SHED

# RFC 7240, section 4.3: how many seconds the client waits.
_WAIT = re.compile(rb'(?:^|[,\s])wait="?([0-9]{1,6})"?\s*(?=$|[,;])', re.IGNORECASE)
# Statements end at the deadline; then the answer is on its way before the request is cancelled.
_GRACE_SECONDS = 0.2


class Overload:
    """Limits the requests in flight of this process, and the time of each.

    Both end with the start of the response, so streams are not limited. While the server waits for
    a client to send its body, the request is not in flight.

    Args:
        max_requests: Requests in flight at once; further ones are refused.
        timeout_seconds: Time of a request; a client may ask for less with `Prefer: wait=5`.
        exempt: Paths without limits, such as probes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_requests: int,
        timeout_seconds: float,
        exempt: Collection[str],
    ) -> None:
        self._app = app
        self._timeout_seconds = timeout_seconds
        self._exempt = frozenset(exempt)
        self._requests = InFlight(max_requests)
        REQUESTS_IN_FLIGHT.set_function(lambda: self._requests.count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        if self._requests.is_full:
            REQUESTS_SHED.inc()
            raise _overloaded(self._requests.limit)
        place, seconds = Slot(self._requests), self._seconds(scope)
        slot.set(place)
        ends_at = asyncio.get_running_loop().time() + seconds
        deadline.set(ends_at)
        limit = asyncio.timeout_at(ends_at + _GRACE_SECONDS)

        async def hear() -> Message:
            with waiting():
                return await receive()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                place.free()
                deadline.set(None)
                if not limit.expired():
                    limit.reschedule(None)
            await send(message)

        place.take()
        try:
            async with limit:
                await self._app(scope, hear, answer)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ServiceUnavailable(
                f"The request did not end within {seconds:g} s.", retry_after_seconds=1
            ) from error
        finally:
            place.free()
            slot.set(None)
            deadline.set(None)

    def _seconds(self, scope: Scope) -> float:
        for name, value in scope["headers"]:
            if name == b"prefer" and (wait := _WAIT.search(value)):
                return min(self._timeout_seconds, float(wait[1]))
        return self._timeout_seconds


def _overloaded(limit: int) -> ServiceUnavailable:
    refusal = ServiceUnavailable(
        f"The server works on {limit} requests already.", retry_after_seconds=1
    )
    refusal.is_fault = False
    return refusal

"""Retries of requests that the server refused for now; this module is part of the Python client."""

import asyncio
import time

import httpx

_SAFE_TO_REPEAT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


class RetryTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends a request again after 429, and after 503 if that has no second effect.

    It waits for the seconds of `Retry-After`; without this header nothing is repeated.

    Args:
        retries: How often one request is repeated.
        longest_seconds: A longer wait is not worth it: the response is returned.
        transport: Sends the requests; by default the transport of httpx.
        async_transport: Sends the requests of asynchronous clients.

    Attributes:
        count: How many requests were repeated so far.
    """

    def __init__(
        self,
        retries: int = 3,
        longest_seconds: float = 60,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.count = 0
        self._retries = retries
        self._longest_seconds = longest_seconds
        self._transport = transport or httpx.HTTPTransport()
        self._async_transport = async_transport or httpx.AsyncHTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        for attempt in range(self._retries + 1):
            response = self._transport.handle_request(request)
            seconds = self._wait_seconds(request, response)
            if seconds is None or attempt == self._retries:
                break
            response.close()
            time.sleep(seconds)
            self.count += 1
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request of an asynchronous client."""
        for attempt in range(self._retries + 1):
            response = await self._async_transport.handle_async_request(request)
            seconds = self._wait_seconds(request, response)
            if seconds is None or attempt == self._retries:
                break
            await response.aclose()
            await asyncio.sleep(seconds)
            self.count += 1
        return response

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    async def aclose(self) -> None:
        """Close the connections of an asynchronous client."""
        await self._async_transport.aclose()

    def _wait_seconds(self, request: httpx.Request, response: httpx.Response) -> float | None:
        repeatable = request.method in _SAFE_TO_REPEAT or "Idempotency-Key" in request.headers
        if response.status_code != 429 and not (response.status_code == 503 and repeatable):
            return None
        after = response.headers.get("Retry-After", "")
        return float(after) if after.isdigit() and int(after) <= self._longest_seconds else None

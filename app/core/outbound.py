"""Requests to URLs that users choose, which reach public addresses only (CWE-918).

A name is resolved when a connection opens, and the connection goes to an address that was checked.
So a name that resolves to another address later (DNS rebinding) does not lead into the own network.
Redirects are not followed, and proxies of the environment are not used.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

import httpcore2

from app.core.config import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Global unicast. Everything else is not public: loopback, link-local, unique local, multicast,
# IPv4-mapped addresses (::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), and so on.
_PUBLIC_V6 = IPv6Network("2000::/3")
# Special blocks of the IANA registries inside of the public ranges, which `is_global` of some
# versions of Python accepts: protocol assignments with Teredo, documentation, 6to4.
_SPECIAL = tuple(
    map(
        ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)


class AddressRefusedError(Exception):
    """A URL leads to an address that is not public."""


class Guard:
    """Tells which addresses and URLs may be reached.

    Args:
        allowed: Networks that may be reached although they are not public.
        needs_https: Whether URLs with `http` are refused.
    """

    def __init__(self, allowed: Sequence[Network] = (), *, needs_https: bool) -> None:
        self._allowed = tuple(allowed)
        self._needs_https = needs_https

    def allows(self, address: Address) -> bool:
        """Tell whether an address is public, or in one of the allowed networks."""
        return is_public(address) or any(address in network for network in self._allowed)

    def require_url(self, url: str) -> None:
        """Accept a URL of a public host; its name is not resolved, because it may change.

        Raises:
            ValueError: The URL is refused; the message says why.
        """
        try:
            parts = urlsplit(url)
            is_complete = bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_complete = False
        if not is_complete:
            raise ValueError("The URL has no host, or no valid port.")
        if parts.scheme != "https" and (self._needs_https or parts.scheme != "http"):
            raise ValueError("The URL has to begin with https://.")
        if parts.username is not None or parts.password is not None:
            raise ValueError("The URL must not contain a user name or a password.")
        if parts.fragment:
            raise ValueError("The URL must not contain a fragment.")
        if not all(map(self.allows, _written_addresses(parts.hostname or ""))):
            raise ValueError("The URL leads to an address that is not public.")


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to a host of the public internet."""
    if isinstance(address, IPv6Address):
        is_unicast = address in _PUBLIC_V6
    else:
        is_unicast = address.is_global and not (address.is_multicast or address.is_reserved)
    return is_unicast and not any(address in network for network in _SPECIAL)


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a host.

    Raises:
        OSError: The name cannot be resolved.
    """
    loop = asyncio.get_running_loop()
    return _addresses(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class Outbound:
    """Sends requests to URLs that users chose, each over a connection of its own.

    Args:
        guard: Which addresses may be reached.
        timeout_seconds: Time limit of a request, from the resolution of the name to the status.
    """

    def __init__(self, guard: Guard, *, timeout_seconds: float) -> None:
        self.guard = guard
        self._network = _Network(guard)
        self._seconds = timeout_seconds

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> int:
        """Send a request and return the status; the body of the response is not read.

        Raises:
            AddressRefusedError: The host has no address that may be reached.
            ConnectionError: There is no connection, or no valid response.
            TimeoutError: There is no status in time.
        """
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._open(await _tls()) as pool,
                pool.stream("POST", url, headers=headers, content=body) as response,
            ):
                return response.status
        except httpcore2.TimeoutException as error:
            raise TimeoutError(str(error)) from error
        except (
            *(httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol),
            *(socket.gaierror, UnicodeError),
        ) as error:
            raise ConnectionError(str(error)) from error

    def _open(self, tls: ssl.SSLContext) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(tls, network_backend=self._network)


async def _tls() -> ssl.SSLContext:
    """Return the TLS context of the process; reading the root certificates blocks."""
    return await asyncio.to_thread(_trusting)


@cache
def _trusting() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()


def make_outbound(settings: Settings) -> Outbound:
    """Return what the settings describe; production requires https."""
    guard = Guard(settings.webhook_networks, needs_https=settings.in_production)
    return Outbound(guard, timeout_seconds=settings.webhook_timeout_seconds)


class _Network(httpcore2.AnyIOBackend):
    """Opens connections to addresses that the guard allows; TLS still verifies the name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = [it for it in await resolve(host, port) if self._guard.allows(it)]
        if not addresses:
            raise AddressRefusedError(host)
        for address in addresses[:-1]:
            try:
                return await super().connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except httpcore2.ConnectError:
                continue
        return await super().connect_tcp(
            str(addresses[-1]), port, timeout, local_address, socket_options
        )


def _written_addresses(host: str) -> list[Address]:
    """Return the addresses of a host that needs no look-up, such as `127.1`."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return [IPv4Address("127.0.0.1")]
    try:
        return _addresses(socket.getaddrinfo(name, None, flags=socket.AI_NUMERICHOST))
    except (OSError, UnicodeError):
        return []


def _addresses(found: Iterable[tuple[object, ...]]) -> list[Address]:
    """Return the addresses that `getaddrinfo` found, each once and without its zone."""
    hosts = (str(sockaddr[0]) for *_, sockaddr in found if isinstance(sockaddr, tuple))
    return list(dict.fromkeys(ip_address(host.partition("%")[0]) for host in hosts))

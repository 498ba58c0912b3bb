"""Which addresses requests to URLs of users reach."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from app.core import outbound
from app.core.outbound import AddressRefusedError, Guard, Outbound, is_public

PRIVATE = [
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::10.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "5f00::1"),
    # IPv4 inside of IPv6: mapped, NAT64, local NAT64, 6to4.
    *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b::808:808"),
    *("64:ff9b:1::a00:1", "2002:a00:1::", "2002:808:808::"),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_network_of_the_settings_is_allowed_and_no_other_one() -> None:
    guard = Guard([ip_network("10.0.0.0/24"), ip_network("64:ff9b::/96")], needs_https=True)

    allowed = [it for it in PRIVATE if guard.allows(ip_address(it))]

    assert allowed == ["64:ff9b::a00:1", "64:ff9b::808:808"]


def test_production_requires_https() -> None:
    production, development = (Guard(needs_https=needs) for needs in (True, False))

    for guard in (production, development):
        guard.require_url("https://shop.example/webhooks?shop=1")
    development.require_url("http://shop.example/")
    with pytest.raises(ValueError, match="has to begin with https"):
        production.require_url("http://shop.example/")


async def test_an_address_is_checked_when_the_connection_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that was public at the first look leads to this host at the second one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://rebound.example:{server.getsockname()[1]}/"
        Guard(needs_https=False).require_url(url)

        async def resolve(*_: object) -> list[outbound.Address]:
            return [ip_address("127.0.0.1")]

        monkeypatch.setattr(outbound, "resolve", resolve)
        server.settimeout(0)

        with pytest.raises(AddressRefusedError):
            await Outbound(Guard(needs_https=False), timeout_seconds=60).post(url, [], b"{}")
        with pytest.raises(BlockingIOError):
            server.accept()

"""Databases whose servers these tests may stop."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from app.core.config import Settings
from tests import backends
from tests.apps import changed, make_settings
from tests.faults.proxy import Proxy, proxy_to

needs_postgresql = pytest.mark.skipif(
    not backends.HAS_POSTGRESQL, reason="PostgreSQL left out: no server"
)


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a PostgreSQL database of the module's own."""
    with backends.migrated("postgresql", tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="module")
def own_settings(own_url: str) -> Settings:
    """Settings of a migrated PostgreSQL database of the module's own."""
    return make_settings(database_url=SecretStr(own_url), bcrypt_rounds=4, log_level="ERROR")


@pytest.fixture
async def proxy(own_url: str) -> AsyncIterator[Proxy]:
    """Give a proxy in front of PostgreSQL."""
    url = make_url(own_url)
    async with proxy_to(str(url.host), url.port or 5432) as proxy:
        yield proxy


@pytest.fixture
def proxied_settings(own_settings: Settings, proxy: Proxy) -> Settings:
    """Settings that lead through the proxy, and soon give up on a server that hangs."""
    url = make_url(own_settings.database_url.get_secret_value())
    through = url.set(host="127.0.0.1", port=proxy.port)
    return changed(
        own_settings,
        database_url=SecretStr(through.render_as_string(hide_password=False)),
        database_statement_timeout_seconds=3,
        database_connect_timeout_seconds=3,
        database_pool_timeout_seconds=3,
    )

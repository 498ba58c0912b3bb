"""Composition root: what a process holds open, and the services made from it.

Whatever a worker or a command needs too belongs here; whatever mentions `Request`, `Header` or
`Depends` belongs in `app/api/deps.py`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from inspect import getmembers

from app.core.accounts_setup import SignIn, make_sign_in, open_keys
from app.core.cache import Cache
from app.core.config import Settings
from app.core.document import contract_digest
from app.core.rate_limit import Limiter
from app.core.redis import Breaker
from app.core.security import AccessTokens, Cursors, KeyRing
from app.core.shared_state import open_cache, open_limiter
from app.db.engine import make_engine, make_probe_engine
from app.db.unit_of_work import Database, Notify, no_notification
from app.schemas import v1
from app.services.api_keys import ApiKeys
from app.services.auth import Auth
from app.services.exports import Exports
from app.services.health import Health
from app.services.idempotency import Idempotency
from app.services.items import Items
from app.services.jwks import Jwks
from app.services.session_gate import SessionGate
from app.services.sessions import Sessions
from app.services.users import Users
from app.telemetry.health import Probes
from app.telemetry.metrics import set_redis_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything that lives as long as the process."""

    database: Database
    keys: KeyRing
    access_tokens: AccessTokens
    session_gate: SessionGate
    api_keys: ApiKeys
    sign_in: SignIn
    cursors: Cursors
    idempotency: Idempotency
    limiter: Limiter
    cache: Cache
    probes: Probes
    stream_seconds: float


@asynccontextmanager
async def open_resources(
    settings: Settings, notify: Notify = no_notification
) -> AsyncIterator[Resources]:
    """Open what the settings describe, and close it when the block ends.

    Args:
        settings: What to open.
        notify: Notifies workers of committed tasks; by default they find them by polling.

    Raises:
        WrongSettings: The file of the signing keys cannot be used.
    """
    async with AsyncExitStack() as stack:
        resources = _make_resources(settings, notify, stack)
        await stack.enter_async_context(resources.probes.watch())
        yield resources


def _make_resources(settings: Settings, notify: Notify, stack: AsyncExitStack) -> Resources:
    """Return the resources; what has to be closed is handed to the stack."""
    breaker = Breaker(set_redis_up, timeout_seconds=settings.redis_timeout_seconds)
    # Redis is asked at the first request; until then nothing says that it is down.
    set_redis_up(settings.redis_url is not None)
    engine, probe_engine = make_engine(settings), make_probe_engine(settings)
    stack.push_async_callback(engine.dispose)
    stack.push_async_callback(probe_engine.dispose)
    database = Database(engine, notify)
    limiter, marks = open_limiter(settings, breaker, stack)
    keys = open_keys(settings)
    access_tokens = _make_access_tokens(settings, keys)
    gate = SessionGate(database, marks)
    cursors = Cursors(settings.secret_key.get_secret_value())
    return Resources(
        database=database,
        keys=keys,
        access_tokens=access_tokens,
        session_gate=gate,
        sign_in=make_sign_in(settings, database, limiter, gate, access_tokens),
        api_keys=ApiKeys(database, cursors),
        cursors=cursors,
        idempotency=_make_idempotency(settings, database),
        limiter=limiter,
        cache=open_cache(settings, breaker, stack),
        probes=Probes({"database": Database(probe_engine).ping}),
        stream_seconds=settings.event_stream_seconds,
    )


def _make_access_tokens(settings: Settings, keys: KeyRing) -> AccessTokens:
    lifetime = timedelta(seconds=settings.access_token_seconds)
    return AccessTokens(keys, settings.public_url, lifetime)


def _make_idempotency(settings: Settings, database: Database) -> Idempotency:
    return Idempotency(
        database,
        contract=contract_digest(),
        lease_seconds=settings.idempotency_lease_seconds,
        life_seconds=settings.idempotency_key_seconds,
    )


def make_services(resources: Resources) -> v1.Services:
    """Return the service behind each tag of the contract."""
    database, sign_in = resources.database, resources.sign_in
    return v1.Services(
        health=Health(resources.probes),
        auth=Auth(sign_in.accounts, sign_in.login, sign_in.grants),
        jwks=Jwks(resources.keys),
        sessions=Sessions(database, resources.cursors, resources.session_gate),
        users=Users(database, resources.cursors, sign_in.accounts, resources.session_gate),
        api_keys=resources.api_keys,
        items=Items(database, resources.cursors, resources.idempotency, resources.cache),
        exports=Exports(database, resources.idempotency, resources.stream_seconds),
    )


def unimplemented_operations(services: v1.Services) -> list[str]:
    """Return the methods that the contract asks for and no service has yet, as `Service.method`."""
    kinds = [type(getattr(services, field.name)) for field in fields(services)]
    return [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, method in getmembers(kind)
        if hasattr(method, "unimplemented")
    ]

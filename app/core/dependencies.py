"""Composition root: what the service is made of, and one recipe per service.

Whatever a worker or a command needs too belongs here; whatever mentions `Request`, `Header` or
`Depends` belongs in `app/api/deps.py`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from app.core.accounts_setup import SignIn, make_sign_in, open_keys
from app.core.cache import Cache
from app.core.config import Settings
from app.core.rate_limit import Limiter
from app.core.redis import Breaker
from app.core.security import AccessTokens, Cursors, KeyRing
from app.core.shared_state import open_cache, open_limiter
from app.db.engine import make_engine
from app.db.unit_of_work import Database, Ring, ring_nobody
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

SERVICES = (
    Health,
    Auth,
    Jwks,
    Sessions,
    Users,
    ApiKeys,
    Items,
    Exports,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything that lives as long as the process."""

    database: Database
    keys: KeyRing
    access_tokens: AccessTokens
    session_gate: SessionGate
    sign_in: SignIn
    cursors: Cursors
    idempotency: Idempotency
    limiter: Limiter
    cache: Cache
    probes: Probes
    stream_seconds: float


@asynccontextmanager
async def open_resources(settings: Settings, ring: Ring = ring_nobody) -> AsyncIterator[Resources]:
    """Open what the settings describe, and close it when the block ends.

    Args:
        settings: What to open.
        ring: Tells workers of new tasks; unless given they find them by themselves.

    Raises:
        WrongSettings: The file of the signing keys cannot be used.
    """
    async with AsyncExitStack() as stack:
        resources = _make_resources(settings, ring, stack)
        await stack.enter_async_context(resources.probes.watch())
        yield resources


def _make_resources(settings: Settings, ring: Ring, stack: AsyncExitStack) -> Resources:
    """Return the resources; what has to be closed is handed to the stack."""
    breaker = Breaker(set_redis_up, timeout_seconds=settings.redis_timeout_seconds)
    # Redis is asked at the first request; until then nothing says that it is down.
    set_redis_up(settings.redis_url is not None)
    engine = make_engine(settings)
    stack.push_async_callback(engine.dispose)
    database = Database(engine, ring)
    limiter, marks = open_limiter(settings, breaker, stack)
    keys = open_keys(settings)
    access_tokens = _make_access_tokens(settings, keys)
    gate = SessionGate(database, marks)
    return Resources(
        database=database,
        keys=keys,
        access_tokens=access_tokens,
        session_gate=gate,
        sign_in=make_sign_in(settings, database, limiter, gate, access_tokens),
        cursors=Cursors(settings.secret_key.get_secret_value()),
        idempotency=_make_idempotency(settings, database),
        limiter=limiter,
        cache=open_cache(settings, breaker, stack),
        probes=Probes({"database": database.ping}),
        stream_seconds=settings.event_stream_seconds,
    )


def _make_access_tokens(settings: Settings, keys: KeyRing) -> AccessTokens:
    lifetime = timedelta(seconds=settings.access_token_seconds)
    return AccessTokens(keys, settings.public_url, lifetime)


def _make_idempotency(settings: Settings, database: Database) -> Idempotency:
    return Idempotency(
        database,
        lease_seconds=settings.idempotency_lease_seconds,
        life_seconds=settings.idempotency_key_seconds,
    )


def make_health(resources: Resources) -> Health:
    """Return the service behind the tag `health`."""
    return Health(resources.probes)


def make_auth(resources: Resources) -> Auth:
    """Return the service behind the tag `auth`."""
    return Auth(resources.sign_in.accounts, resources.sign_in.login, resources.sign_in.grants)


def make_jwks(resources: Resources) -> Jwks:
    """Return the service behind the tag `jwks`."""
    return Jwks(resources.keys)


def make_sessions(resources: Resources) -> Sessions:
    """Return the service behind the tag `sessions`."""
    return Sessions(resources.database, resources.cursors, resources.session_gate)


def make_users(resources: Resources) -> Users:
    """Return the service behind the tag `users`."""
    return Users(
        resources.database, resources.cursors, resources.sign_in.accounts, resources.session_gate
    )


def make_api_keys(resources: Resources) -> ApiKeys:
    """Return the service behind the tag `api_keys`."""
    return ApiKeys(resources.database, resources.cursors)


def make_items(resources: Resources) -> Items:
    """Return the service behind the tag `items`."""
    return Items(resources.database, resources.cursors, resources.idempotency, resources.cache)


def make_exports(resources: Resources) -> Exports:
    """Return the service behind the tag `exports`."""
    return Exports(resources.database, resources.idempotency, resources.stream_seconds)


def unimplemented_operations() -> list[str]:
    """Return the methods that the contract asks for and no service has yet, as `Service.method`."""
    return [
        f"{service.__name__}.{name}"
        for service in SERVICES
        for name, method in vars(service.__mro__[1]).items()
        if hasattr(method, "unimplemented") and getattr(service, name) is method
    ]

"""What a process holds open: the database, Redis, keys, and what several services share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from opentelemetry.trace import Tracer
from sqlalchemy.ext.asyncio import AsyncEngine

from app import schemas
from app.core.cache import Cache, MemoryStore, RedisStore, Store
from app.core.config import Settings
from app.core.crypto.cursors import Cursors
from app.core.crypto.key_file import open_keys
from app.core.crypto.keys import KeyRing
from app.core.crypto.opaque import RefreshTokens
from app.core.crypto.passwords import HashCost, PasswordPolicy, Passwords
from app.core.crypto.webhooks import SigningSecrets
from app.core.mail import make_mailer
from app.core.outbound import Outbound, make_outbound
from app.core.rate_limit import FallbackLimiter, Limiter, MemoryLimiter, RedisLimiter
from app.core.redis import Breaker, close, connect
from app.core.security import AccessTokens
from app.core.session_marks import MemoryMarks, RedisMarks, SessionMarks
from app.core.throttle import Throttle
from app.db.engine import make_engine, make_probe_engine, make_replica_engine
from app.db.replica import Replica
from app.db.unit_of_work import Database, Notify, no_notification
from app.schemas.document import contract_digest
from app.services.accounts.accounts import Accounts
from app.services.accounts.grants import Grants, Lives
from app.services.accounts.login import Login
from app.services.accounts.mail import AccountMail
from app.services.accounts.session_gate import SessionGate
from app.services.api_keys import ApiKeys
from app.services.support.idempotency import Idempotency
from app.telemetry.export import Tracing
from app.telemetry.health import Probes
from app.telemetry.metrics import count_cache_read, count_replica_read, set_redis_up


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the services of accounts and tokens share."""

    accounts: Accounts
    login: Login
    grants: Grants
    account_mail: AccountMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything that lives as long as the process."""

    database: Database
    keys: KeyRing
    access_tokens: AccessTokens
    session_gate: SessionGate
    api_keys: ApiKeys  # part api_keys
    sign_in: SignIn
    cursors: Cursors
    idempotency: Idempotency
    limiter: Limiter
    cache: Cache
    probes: Probes
    tracer: Tracer
    stream_seconds: float
    outbound: Outbound  # part webhooks
    signing_secrets: SigningSecrets  # part webhooks


@asynccontextmanager
async def open_resources(
    settings: Settings,
    notify: Notify = no_notification,
    tracing: Tracing | None = None,
) -> AsyncIterator[Resources]:
    """Open what the settings describe, and close it when the block ends.

    Args:
        settings: What to open.
        notify: Notifies workers of committed tasks; by default they find them by polling.
        tracing: Records what database and Redis do; by default nothing does.

    Raises:
        WrongSettings: The file of the signing keys cannot be used.
    """
    async with AsyncExitStack() as stack:
        resources = _make_resources(settings, notify, tracing or Tracing(), stack)
        await stack.enter_async_context(resources.probes.watch())
        yield resources


def _make_resources(
    settings: Settings, notify: Notify, tracing: Tracing, stack: AsyncExitStack
) -> Resources:
    """Return the resources; what has to be closed is handed to the stack."""
    breaker = Breaker(set_redis_up, timeout_seconds=settings.redis_timeout_seconds)
    # Redis is asked at the first request; until then nothing says that it is down.
    set_redis_up(settings.redis_url is not None)
    engine, probe_engine = make_engine(settings), make_probe_engine(settings)
    stack.push_async_callback(engine.dispose)
    stack.push_async_callback(probe_engine.dispose)
    tracing.watch_engine(engine)
    database = Database(engine, notify, _open_replica(settings, engine, tracing, stack))
    limiter, marks, store = _open_shared_state(settings, breaker, tracing, stack)
    keys = open_keys(settings)
    access_tokens = _make_access_tokens(settings, keys)
    gate = SessionGate(database, marks)
    secret_key = settings.secret_key.get_secret_value()
    cursors = Cursors(secret_key)
    return Resources(
        database=database,
        keys=keys,
        access_tokens=access_tokens,
        session_gate=gate,
        sign_in=_make_sign_in(settings, database, limiter, gate, access_tokens),
        api_keys=ApiKeys(database, cursors),  # part api_keys
        cursors=cursors,
        idempotency=_make_idempotency(settings, database),
        limiter=limiter,
        cache=_make_cache(settings, store),
        probes=Probes(
            {} if settings.mocks_everything else {"database": Database(probe_engine).ping}
        ),
        tracer=tracing.tracer,
        stream_seconds=settings.event_stream_seconds,
        outbound=make_outbound(settings),  # part webhooks
        signing_secrets=SigningSecrets(secret_key),  # part webhooks
    )


def _open_replica(
    settings: Settings, primary: AsyncEngine, tracing: Tracing, stack: AsyncExitStack
) -> Replica | None:
    """Return the replica that the settings name."""
    if (engine := make_replica_engine(settings)) is None:
        return None
    stack.push_async_callback(engine.dispose)
    tracing.watch_engine(engine)
    return Replica(engine, primary, count_replica_read)


def _make_access_tokens(settings: Settings, keys: KeyRing) -> AccessTokens:
    lifetime = timedelta(seconds=settings.access_token_seconds)
    return AccessTokens(keys, settings.public_url, lifetime)


def _make_idempotency(settings: Settings, database: Database) -> Idempotency:
    return Idempotency(
        database,
        contract=contract_digest(schemas.VERSIONS[-1]),
        lease_seconds=settings.idempotency_lease_seconds,
        life_seconds=settings.idempotency_key_seconds,
    )


def _open_shared_state(
    settings: Settings, breaker: Breaker, tracing: Tracing, stack: AsyncExitStack
) -> tuple[Limiter, SessionMarks, Store]:
    """Return the rate limiter, the session marks, and the store of the cache."""
    if settings.redis_url is None:
        # Several processes without Redis cannot notify each other, so each asks the database.
        is_alone = settings.processes == 1
        marks = MemoryMarks(max_sessions=50_000 if is_alone else 0)
        limiter = MemoryLimiter(processes=settings.processes, read=marks.get)
        return limiter, marks, MemoryStore(10_000 if is_alone else 0)
    redis, prefix = connect(settings), settings.redis_prefix
    stack.push_async_callback(close, redis)
    tracing.watch_redis(redis)
    memory = MemoryLimiter(processes=settings.processes)
    return (
        FallbackLimiter(RedisLimiter(redis, prefix), memory, breaker),
        RedisMarks(redis, prefix, breaker),
        RedisStore(redis, breaker),
    )


def _make_cache(settings: Settings, store: Store) -> Cache:
    return Cache(
        store,
        prefix=settings.redis_prefix,
        # Another contract means another format of what is kept.
        release=contract_digest(schemas.VERSIONS[-1])[:16],
        life_seconds=settings.cache_seconds,
        absent_seconds=settings.cache_absent_seconds,
        on_read=count_cache_read,
    )


def _make_sign_in(
    settings: Settings,
    database: Database,
    limiter: Limiter,
    gate: SessionGate,
    access_tokens: AccessTokens,
) -> SignIn:
    """Return what the services of accounts and tokens share."""
    passwords = make_passwords(settings)
    throttle = Throttle(
        limiter,
        settings.secret_key.get_secret_value(),
        scale=settings.rate_limit_scale,
        delay_seconds=settings.login_delay_seconds,
    )
    login = Login(database, passwords, throttle, settings.login_floor_seconds)
    policy = PasswordPolicy(settings.password_min_length)
    lives = Lives(
        session=settings.session_seconds,
        idle=settings.session_idle_seconds,
        grace=settings.refresh_grace_seconds,
    )
    refresh_tokens = RefreshTokens(settings.secret_key.get_secret_value())
    return SignIn(
        accounts=Accounts(database, passwords, policy, login, throttle, gate),
        login=login,
        grants=Grants(database, access_tokens, refresh_tokens, gate, lives),
        account_mail=_make_mail(settings, database),
    )


def make_passwords(settings: Settings) -> Passwords:
    """Return the password hasher that the settings describe."""
    cost = HashCost(
        scheme=settings.password_scheme,
        bcrypt_rounds=settings.bcrypt_rounds,
        argon2_memory_kib=settings.argon2_memory_kib,
        argon2_passes=settings.argon2_passes,
    )
    return Passwords(cost, queue=settings.password_queue)


def _make_mail(settings: Settings, database: Database) -> AccountMail:
    return AccountMail(
        database,
        make_mailer(settings),
        link_url=settings.mail_link_url,
        reset_seconds=settings.reset_token_seconds,
        verify_seconds=settings.verify_token_seconds,
        secret_key=settings.secret_key.get_secret_value(),
    )

"""Transactions: a unit of work commits at its end, unless it fails."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.pool import QueuePool

from app.core.exceptions import LostRace, ServiceUnavailable
from app.db import revisions
from app.db.engine import read_options
from app.db.errors import to_problem
from app.db.replica import Replica
from app.db.repositories.account_tokens import AccountTokenRepository
from app.db.repositories.api_keys import ApiKeyRepository
from app.db.repositories.dead_tasks import DeadTaskRepository
from app.db.repositories.exports import ExportRepository
from app.db.repositories.files import FileRepository
from app.db.repositories.idempotency_keys import IdempotencyKeyRepository
from app.db.repositories.items import ItemRepository
from app.db.repositories.refresh_tokens import RefreshTokenRepository
from app.db.repositories.schedules import ScheduleRepository
from app.db.repositories.sessions import SessionRepository
from app.db.repositories.tasks import TaskRepository
from app.db.repositories.users import UserRepository
from app.db.repositories.webhooks import WebhookDeliveryRepository, WebhookRepository

P = ParamSpec("P")
T = TypeVar("T")
Notify = Callable[[], None]
Callback = Callable[[], Awaitable[None] | None]

logger = logging.getLogger(__name__)

_ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 0.1


def repository(kind: Callable[[AsyncSession], T]) -> cached_property[T]:
    """Return a property of `UnitOfWork`: a repository that is created on first use."""
    return cached_property(lambda work: kind(work.session))


class UnitOfWork:
    """The repositories of one transaction, created on first use, and the actions after its commit.

    Attributes:
        after_commit: Functions to call in order. If one fails, that is logged and the others run,
            because the transaction is committed. Tasks that are due at once add `notify`.
        notify: Notifies workers of new tasks; it does not block.
        session: The session of the transaction, for tools and tests; services use repositories.
    """

    account_tokens = repository(AccountTokenRepository)
    api_keys = repository(ApiKeyRepository)  # part api_keys
    dead_tasks = repository(DeadTaskRepository)
    exports = repository(ExportRepository)  # part exports
    files = repository(FileRepository)  # part files
    idempotency_keys = repository(IdempotencyKeyRepository)
    items = repository(ItemRepository)  # part example
    refresh_tokens = repository(RefreshTokenRepository)
    schedules = repository(ScheduleRepository)
    sessions = repository(SessionRepository)
    tasks = repository(TaskRepository)
    users = repository(UserRepository)
    webhooks = repository(WebhookRepository)  # part webhooks
    webhook_deliveries = repository(WebhookDeliveryRepository)  # part webhooks

    def __init__(self, connection: AsyncConnection, notify: Notify) -> None:
        # It joins the transaction of the connection when it is first used.
        self.session = AsyncSession(connection, expire_on_commit=False)
        self.after_commit: list[Callback] = []
        self.notify = notify

    async def flush(self) -> None:
        """Write the changes of rows that were read here, which gives them their new versions."""
        await self.session.flush()

    async def require_migrated(self) -> None:
        """Refuse a database whose migrations are not those of the code.

        Raises:
            ServiceUnavailable: It is behind.
        """
        await revisions.require_migrated(self.session)


def no_notification() -> None:
    """Notify no worker: they find new tasks by polling."""


class Database:
    """Opens units of work; never share one, and never hold one open during slow work.

    Args:
        engine: Where its transactions run.
        notify: Called after the commit of a transaction with new tasks; it must not block.
        replica: Where transactions that only read run while it is up to date.

    Raises (from every unit of work):
        Conflict: A unique value is taken; `errors` names the field.
        LostRace: Another transaction was faster; see `retried`.
        ServiceUnavailable: The database does not answer.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        notify: Notify = no_notification,
        replica: Replica | None = None,
    ) -> None:
        self.engine = engine
        self._notify = notify
        self._replica = replica
        self._has_one_writer = engine.dialect.name == "sqlite"
        self._writing = asyncio.Lock()
        self._patience = cast("QueuePool", engine.pool).timeout()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction: committed at the end, rolled back on any error or cancellation."""
        turn = self._turn() if self._has_one_writer else nullcontext()
        try:
            async with turn, self.engine.begin() as connection:
                work = UnitOfWork(connection, self._notify)
                yield work
                if work.session.in_transaction():
                    await work.flush()
                    # What a use case returns may take part in a later unit of work.
                    work.session.expunge_all()
        except SQLAlchemyError as error:
            if (problem := to_problem(error)) is None:
                raise
            raise problem from error
        if work.after_commit:
            await _call_all(work.after_commit)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction that only reads; readers never wait for writers.

        It sees everything that was committed before, on the replica as on the primary.

        Raises:
            RuntimeError: A statement changes something.
        """
        try:
            replica = None if self._replica is None else await self._replica.connect()
            async with aclosing(replica) if replica else self.engine.connect() as connection:
                if replica is None:
                    await connection.execution_options(**read_options(self.engine))
                yield UnitOfWork(connection, self._notify)
        except SQLAlchemyError as error:
            if (problem := to_problem(error)) is None:
                raise
            raise problem from error

    async def ping(self) -> None:
        """Check that the database answers, and that its migrations have run."""
        # On SQLite any other transaction would wait for the writers.
        async with self.read() as work:
            await work.require_migrated()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for the writers before this one, as long as for a free connection.

        Otherwise writers would poll SQLite, each with a connection that readers need.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._writing.acquire()
        except TimeoutError as error:
            raise ServiceUnavailable("Too many requests wait to write.") from error
        try:
            yield
        finally:
            self._writing.release()


async def _call_all(callbacks: Sequence[Callback]) -> None:
    """Call what follows a commit; a cancellation takes effect after the last one."""
    cancelled: asyncio.CancelledError | None = None
    for callback in callbacks:
        try:
            if (pending := callback()) is not None:
                await pending
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            logger.exception("a callback after a commit failed")
    if cancelled is not None:
        raise cancelled


def retried(use_case: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run a use case again when another transaction was faster, a bounded number of times.

    The use case has to open its unit of work inside, and to have no effect outside of it.
    """

    @wraps(use_case)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _ATTEMPTS):
            try:
                return await use_case(*args, **kwargs)
            except LostRace:
                longest = min(_LONGEST_PAUSE_SECONDS, 0.005 * 2**attempt)
                await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - jitter
        return await use_case(*args, **kwargs)

    return run

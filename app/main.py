"""The application; `python -m app.manage serve` serves it."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute

from app import schemas
from app.api.discovery import discovery
from app.api.errors import add_error_handlers
from app.api.guide import add_guide
from app.api.middleware import add_middleware
from app.api.pages import pages
from app.api.request.limits import unlimited_paths
from app.api.request.mock import mocked_operations
from app.api.request.route import ContractRoute
from app.api.request.rules import Rules, make_rules
from app.api.request.security import require_readers
from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.config import Settings, WrongSettings, load_settings
from app.core.dependencies import make_services, unimplemented_operations
from app.core.drain import delayed_stop
from app.core.logging import configure_logging
from app.schemas.document import read_contract
from app.tasks.engine.process import open_process
from app.tasks.registry import HANDLERS
from app.tasks.schedule import SCHEDULES
from app.telemetry.export import make_tracing
from app.telemetry.metrics import serve_metrics

logger = logging.getLogger(__name__)

# Metrics and logs are the application's own.
_ONLY_REQUEST_SPANS: TelemetryConfig = {"metrics": False, "logs": False, "operation_spans": False}


def create_app(settings: Settings | None = None, *, runs_tasks: bool = True) -> FastAPI:
    """Return the application; it opens no connection before it starts.

    Args:
        settings: By default those of the environment.
        runs_tasks: False leaves tasks to workers even without Redis.

    Raises:
        RuntimeError: Routes and contract differ, or a security scheme has no reader.
        TypeError: A route is not one of the contract, as `manual_route` makes it.
        WrongSettings: No settings were given, and those of the environment are refused; a package
            that a setting needs is not installed; or MOCK_OPERATIONS names an unknown operation.
    """
    settings = settings or load_settings()
    newest = VERSIONS[-1]
    document = read_contract(newest.name)
    app = _make_app(settings, title=document["info"]["title"], runs_tasks=runs_tasks)
    operations = [one for version in VERSIONS for one in version.operations.values()]
    mocked = mocked_operations(settings, (one.operation_id for one in operations))
    require_readers(one for one in operations if one.operation_id not in mocked)
    app.state.rules = {version.name: make_rules(version, settings, mocked) for version in VERSIONS}
    for version in VERSIONS:
        app.include_router(version.router(), prefix=version.prefix)
        _check_routes(app.routes[-1], version)
    for router in newest.at_root:
        app.include_router(router)
    app.include_router(pages(VERSIONS))
    app.include_router(discovery(settings, document, newest.prefix))
    add_guide(app, settings, VERSIONS)
    app.state.running_tools = _add_mcp(app, settings)
    add_error_handlers(app)
    unlimited = frozenset[str]().union(
        *(unlimited_paths(one.operations.values(), one.prefix) for one in VERSIONS)
    )
    add_middleware(app, settings, _response_headers(app), unlimited)
    return app


def _make_app(settings: Settings, *, title: str, runs_tasks: bool) -> FastAPI:
    tracing = make_tracing(settings)
    app = FastAPI(
        telemetry=_ONLY_REQUEST_SPANS
        | {"tracing": tracing.is_recording, "tracer_provider": tracing.provider},
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.tracing = tracing
    # With Redis, workers and schedulers are processes of their own.
    app.state.runs_tasks = (
        runs_tasks and settings.redis_url is None and not settings.mocks_everything
    )
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the resources while the application runs.

    Raises:
        RuntimeError: An operation is not implemented, in production.
        WrongSettings: A port or a file of the settings cannot be used.
    """
    settings: Settings = app.state.settings
    configure_logging(settings.log_level)
    handlers, schedules = (HANDLERS, SCHEDULES) if app.state.runs_tasks else (None, ())
    with serve_metrics(
        "METRICS_PORT", settings.metrics_host, settings.metrics_port, settings.processes
    ):
        async with (
            open_process(
                settings, handlers=handlers, schedules=schedules, tracing=app.state.tracing
            ) as resources,
            app.state.running_tools(),
        ):
            app.state.resources = resources
            if not settings.mocks_everything:
                app.state.services = make_services(resources)
                _report_unimplemented(app.state.services, in_production=settings.in_production)
            with delayed_stop(settings.drain_seconds, resources.probes.drain):
                yield


def _report_unimplemented(newest: schemas.Services, *, in_production: bool) -> None:
    found = [name for one in VERSIONS for name in unimplemented_operations(one.services(newest))]
    if missing := list(dict.fromkeys(found)):
        message = f"not implemented: {', '.join(missing)}"
        if in_production:
            raise RuntimeError(message)
        logger.warning(message)


def _add_mcp(app: FastAPI, settings: Settings) -> Callable[[], AbstractAsyncContextManager[object]]:
    """Serve tools for language models if the settings allow some; return what runs them."""
    if settings.mcp_operations == "none":
        return nullcontext
    try:
        from app.api.mcp import add_mcp  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise WrongSettings(
            f"MCP_OPERATIONS: the package {error.name} is not installed; "
            "run pip install -r requirements-mcp.txt, or set none"
        ) from error
    tools = add_mcp(app, VERSIONS[-1], settings.mcp_operations)
    return lambda: tools.lifespan(tools)


def _response_headers(app: FastAPI) -> frozenset[str]:
    rules: Mapping[str, Rules] = app.state.rules
    return frozenset[str]().union(*(one.conformance.response_headers for one in rules.values()))


def _check_routes(included: BaseRoute, version: Version) -> None:
    """Compare the routes of a version with its contract."""
    routes = list(iter_route_contexts([included]))
    served = {(method, str(route.path)) for route in routes for method in route.methods or ()}
    declared = {
        (operation.method, version.prefix + operation.template)
        for operation in version.operations.values()
    }
    if served != declared:
        difference = sorted(served ^ declared)
        raise RuntimeError(f"routes and contract differ: {difference}; run make generate")
    for route in routes:
        if not isinstance(route.original_route, ContractRoute):
            raise TypeError(f"{route.path} has no rules of the contract; use manual_route")


app = create_app()

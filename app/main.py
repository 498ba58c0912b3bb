"""The application; `python -m app.manage serve` serves it."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig

from app.api.discovery import discovery
from app.api.errors import add_error_handlers
from app.api.guide import add_guide
from app.api.middleware import add_middleware
from app.api.pages import pages
from app.api.request.conformance import Conformance
from app.api.request.limits import rate_limits, unlimited_paths
from app.api.request.mock import mocked_operations
from app.api.v1.router import v1_router
from app.core.config import Settings, load_settings
from app.core.dependencies import make_services, unimplemented_operations
from app.core.document import contract_digest, contract_document
from app.core.logging import configure_logging
from app.schemas import v1
from app.schemas.v1 import operations
from app.tasks.engine.process import open_process
from app.tasks.registry import HANDLERS
from app.tasks.schedule import SCHEDULES
from app.telemetry.export import make_tracing
from app.telemetry.metrics import serve_metrics

logger = logging.getLogger(__name__)

# Metrics and logs are the application's own.
_ONLY_REQUEST_SPANS: TelemetryConfig = {"metrics": False, "logs": False, "operation_spans": False}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; it opens no connection before it starts.

    Raises:
        RuntimeError: Routes and contract differ.
        WrongSettings: No settings were given, and those of the environment are refused; a package
            that a setting needs is not installed; or MOCK_OPERATIONS names an unknown operation.
    """
    settings = settings or load_settings()
    contract = contract_document()
    document = json.loads(contract)
    title = document["info"]["title"]
    tracing = make_tracing(settings)
    app = FastAPI(
        telemetry=_ONLY_REQUEST_SPANS | {"tracer_provider": tracing.provider},
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.tracing = tracing
    app.state.mocked = mocked_operations(settings, operations.OPERATIONS)
    app.state.rate_limits = rate_limits(operations.OPERATIONS.values(), settings)
    app.state.conformance = conformance = _make_conformance(settings, document)
    app.include_router(v1_router())
    _require_contract_routes(app)
    app.include_router(pages(contract, title, f"{operations.PREFIX}/openapi.json"))
    app.include_router(discovery(settings, document))
    add_guide(app, settings, document)
    add_error_handlers(app)
    unlimited = unlimited_paths(operations.OPERATIONS.values(), operations.PREFIX)
    add_middleware(app, settings, conformance.response_headers(), unlimited)
    return app


def _make_conformance(settings: Settings, document: dict[str, Any]) -> Conformance:
    conformance = Conformance(
        document, digest=contract_digest(), check_bodies=not settings.in_production
    )
    for operation in operations.OPERATIONS.values():
        conformance.prepare(operation)
    return conformance


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the resources while the application runs.

    Raises:
        RuntimeError: An operation is not implemented, in production.
        WrongSettings: A port or a file of the settings cannot be used.
    """
    settings: Settings = app.state.settings
    configure_logging(settings.log_level)
    # With Redis, workers and schedulers are processes of their own.
    runs_tasks = settings.redis_url is None and not settings.mocks_everything
    handlers, schedules = (HANDLERS, SCHEDULES) if runs_tasks else (None, ())
    with serve_metrics(
        "METRICS_PORT", settings.metrics_host, settings.metrics_port, settings.processes
    ):
        async with open_process(
            settings, handlers=handlers, schedules=schedules, tracing=app.state.tracing
        ) as resources:
            app.state.resources = resources
            app.state.services = make_services(resources)
            _report_unimplemented(app.state.services, in_production=settings.in_production)
            yield


def _report_unimplemented(services: v1.Services, *, in_production: bool) -> None:
    if missing := unimplemented_operations(services):
        message = f"not implemented: {', '.join(missing)}"
        if in_production:
            raise RuntimeError(message)
        logger.warning(message)


def _require_contract_routes(app: FastAPI) -> None:
    served = {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if str(route.path).startswith(operations.PREFIX)
    }
    declared = {
        (operation.method, operations.PREFIX + operation.template)
        for operation in operations.OPERATIONS.values()
    }
    if served != declared:
        difference = sorted(served ^ declared)
        raise RuntimeError(f"routes and contract differ: {difference}; run make generate")


app = create_app()

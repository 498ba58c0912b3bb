# Code generated from spec by make generate. DO NOT EDIT.
"""The versions of the API, the oldest first."""

from app.api.v1 import router as v1_router
from app.api.version import Version
from app.schemas.v1 import operations as v1_operations

VERSIONS = (
    Version(
        name="v1",
        prefix=v1_operations.PREFIX,
        operations=v1_operations.OPERATIONS,
        router=v1_router.router,
        at_root=v1_router.AT_ROOT,
        services=lambda newest: newest,
    ),
)

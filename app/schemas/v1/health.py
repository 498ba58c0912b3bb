# Code generated from spec/v1/health.yaml by make generate. DO NOT EDIT.
"""Probes for load balancers and orchestrators: what a service implements and what it may reply."""

from typing import Protocol

from app.schemas.v1 import models


class HealthService(Protocol):
    """Probes for load balancers and orchestrators."""

    async def get_liveness(
        self,
    ) -> models.Liveness:
        """Check that the process runs.

        GET /health/live; errors: 500.
        """
        raise NotImplementedError("getLiveness")

    async def get_readiness(
        self,
    ) -> models.Readiness:
        """Check that the process can serve requests.

        GET /health/ready; errors: 500, 503.
        """
        raise NotImplementedError("getReadiness")

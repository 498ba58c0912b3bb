"""Reports whether the process is alive and ready."""

from typing import final

from app import schemas
from app.core.exceptions import ServiceUnavailable
from app.telemetry.health import Probes


@final
class Health(schemas.HealthService):
    """Answers from the latest background probes, so it never waits for a dependency."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes

    async def get_liveness(self) -> schemas.Liveness:
        """Answer as long as the process can answer."""
        return schemas.Liveness(status="live")

    async def get_readiness(self) -> schemas.Readiness:
        """Answer when everything that the service depends on is up.

        Raises:
            ServiceUnavailable: The process is stopping, or something is down; the detail says what.
        """
        if self._probes.is_draining:
            raise ServiceUnavailable("Not ready: the process is stopping.")
        results = self._probes.results
        down = sorted(name for name, result in results.items() if result.error)
        if down:
            raise ServiceUnavailable(f"Not ready: {', '.join(down)} is down.")
        checks = [
            schemas.HealthCheck(name=name, status="up", age_seconds=result.age_seconds)
            for name, result in results.items()
        ]
        return schemas.Readiness(status="ready", checks=checks)

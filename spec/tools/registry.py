"""What all versions share: the list of them, for types and for routes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from spec.tools.render import Renderer
from spec.tools.target import Target

_SOURCE = "spec"


def registry(targets: Sequence[Target]) -> Iterator[tuple[Path, str]]:
    """Yield the modules that name every version, the oldest first."""
    newest = targets[-1]
    renderer = Renderer(newest)
    yield newest.schemas.parent / "__init__.py", renderer.python(
        "schemas_registry", _SOURCE, targets=targets, newest=newest
    )
    if newest.versions is not None:
        yield newest.versions, renderer.python(
            "api_registry",
            _SOURCE,
            targets=targets,
            package=newest.package,
            adapted=[_adapted(targets[index:-1]) for index in range(len(targets))],
        )


def _adapted(targets: Sequence[Target]) -> str:
    """Return the function that makes the services of the first version of those of the newest."""
    calls = [f"{target.version}_adapted.adapt" for target in targets]
    if len(calls) == 1:
        return calls[0]
    return f"lambda newest: {'('.join([*calls, 'newest'])}{')' * len(calls)}"

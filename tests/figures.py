"""What the tests measured; pytest prints it at the end of the run (see conftest)."""

_FIGURES: dict[str, list[str]] = {}


def record(name: str, text: str) -> None:
    """Keep a measured figure; several of one name share its line."""
    _FIGURES.setdefault(name, []).append(text)


def lines() -> list[str]:
    """Return one line per name."""
    width = max(map(len, _FIGURES), default=0)
    return [f"{name:<{width}}  {', '.join(_FIGURES[name])}" for name in sorted(_FIGURES)]

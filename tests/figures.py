"""What the tests measured; pytest prints it at the end of the run (see conftest)."""

recorded: dict[str, list[str]] = {}


def record(name: str, text: str) -> None:
    """Keep a measured figure; several of one name share its line."""
    recorded.setdefault(name, []).append(text)


def lines() -> list[str]:
    """Return one line per name."""
    width = max(map(len, recorded), default=0)
    return [f"{name:<{width}}  {', '.join(recorded[name])}" for name in sorted(recorded)]

"""What the comparison measured; `python -m tests.load.speed.results file.json` prints tables."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """This application divided by the hand-written one; above 1 this one is better.

    Attributes:
        site: The kind of database.
        rate: Ratio of requests per second.
        cpu: Ratio of requests per second of processor time.
    """

    site: str
    scenario: str
    connections: int
    rate: float
    cpu: float


def table(results: Sequence[Result], site: str) -> Iterator[str]:
    """Yield the lines of a table in Markdown, and of a chart of the processor time."""
    found = {(one.scenario, one.connections): one for one in results if one.site == site}
    scenarios = list(dict.fromkeys(scenario for scenario, _ in found))
    counts = sorted({connections for _, connections in found})
    heads = [f"{what}, {n}" for n in counts for what in ("Requests per second", "Processor time")]
    yield f"| Scenario | {' | '.join(heads)} |"
    yield "| --- |" + " --- |" * len(heads)
    for scenario in scenarios:
        ratios = [ratio for n in counts for ratio in _ratios(found[scenario, n])]
        yield f"| {scenario} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |"
    bars = [str(found[scenario, counts[-1]].cpu) for scenario in scenarios]
    names = ", ".join(f'"{scenario}"' for scenario in scenarios)
    yield from ("", "```mermaid", "xychart-beta")
    yield f'    title "Ratio of processor time, {counts[-1]} connections"'
    yield f"    x-axis [{names}]"
    yield f'    y-axis "above 1: less than by hand" 0 --> {max(map(float, bars)) + 0.2:.1f}'
    yield from (f"    bar [{', '.join(bars)}]", "```")


def _ratios(result: Result) -> tuple[float, float]:
    return result.rate, result.cpu


if __name__ == "__main__":
    read = [Result(**one) for one in json.loads(Path(sys.argv[1]).read_text())]
    for kind in dict.fromkeys(one.site for one in read):
        sys.stdout.write("\n".join((f"\n{kind}\n", *table(read, kind), "")))

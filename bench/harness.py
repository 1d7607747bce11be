"""H1–H7: the harness beside lmms-eval's own `async_openai` and `openai` models and a bare asyncio
client, against one mock endpoint; H5 needs none.

    python -m bench.harness                      minutes; shows that it measures
    python -m bench.harness --full               the figures; continues where it was stopped
    python -m bench.harness --full --only H1 H6

Every arm is a process of its own, driven as its users drive it: `blindspot evaluate CONFIG --out`,
`simple_evaluate` on a YAML task, and a script around the openai client that reads the same
pictures. Concurrency is the same for all; arms take turns within each repetition, and shares and
differences are taken within a repetition. The endpoint is a process of its own (`bench.endpoint`);
what it could do beyond what was asked of it is printed with the figures.

H4's faults are scripted so that the true accuracy is known and failing is independent of being
right.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench import harness_faults, harness_parity, harness_speed
from bench.harness_arms import serving
from bench.harness_figures import Estimate, Finding
from bench.harness_trials import FULL, SMOKE, Bench
from bench.rows import RESULTS, commit, number, parse, publish, write

BUILD: Final = Path("build") / "bench" / "harness"
MEASURES: Final[dict[str, Callable[[Bench], list[Finding]]]] = {
    "H1": harness_speed.tiny,
    "H2": harness_speed.photos,
    "H3": harness_faults.kills,
    "H4": harness_faults.failures,
    "H5": harness_parity.parity,
    "H6": harness_speed.cost,
    "H7": harness_speed.start_up,
}
_COLUMNS: Final = ("bare", "blindspot", "async_openai", "openai")


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("harness", list(MEASURES), argv)
    work = _work(arguments.full)
    with serving() as server:
        bench = Bench(server, FULL if arguments.full else SMOKE, work, BUILD / "data")
        found = {name: MEASURES[name](bench) for name in arguments.only}
        notes = harness_speed.notes(bench) if {"H1", "H2"} <= set(found) else []
    if arguments.full:
        publish("harness", _rows(found), arguments.json, extent="full", notes=notes)
        _keep(found, notes)
        return
    found = {name: harness_speed.unjudged(findings) for name, findings in found.items()}
    publish("harness", _rows(found), arguments.json, extent="smoke", notes=notes)
    print("\n".join([*notes, "Too small to judge by. The figures of --full: bench/results/"]))


def _work(full: bool) -> Path:
    """Where trials are kept. Those of other commits lie elsewhere; those of uncommitted changes
    cannot be told apart and are measured anew, as the smoke is.
    """
    at = commit() or "unversioned+"
    work = BUILD / at.rstrip("+") if full else BUILD / "smoke"
    if at.endswith("+") or not full:
        shutil.rmtree(work, ignore_errors=True)
    return work


def _rows(found: dict[str, list[Finding]]) -> list[Any]:
    return [finding.row for findings in found.values() for finding in findings]


def _keep(found: dict[str, list[Finding]], notes: list[str]) -> None:
    """One JSON file per measure, and the table of all that are there."""
    for name, findings in found.items():
        rows = [finding.row for finding in findings]
        said = {"concurrency": FULL.concurrency, "findings": [asdict(f) for f in findings]}
        write(RESULTS / f"harness-{name}.json", rows, **said, notes=notes)
    (RESULTS / "harness.md").write_text(markdown(RESULTS))


def markdown(results: Path) -> str:
    """All measures side by side, each with the commit it was measured at."""
    lines = [
        f"| | measure | {' | '.join(_COLUMNS)} | target | met | commit |",
        "|---" * (len(_COLUMNS) + 5) + "|",
    ]
    notes: dict[str, None] = {}
    for file in sorted(results.glob("harness-H*.json")):
        kept = json.loads(file.read_text())
        notes |= dict.fromkeys(kept["notes"])
        lines += [_line(raw, kept["commit"]) for raw in kept["findings"]]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]).rstrip() + "\n"


def _line(raw: dict[str, Any], at: str | None) -> str:
    cells = [_cell(raw["by_arm"].get(arm)) for arm in _COLUMNS]
    met = {True: "yes", False: "no", None: "–"}[raw["met"]]
    texts = [raw["id"], raw["measure"], *cells, raw["target"], met, at or "–"]
    return f"| {' | '.join(texts)} |"


def _cell(raw: dict[str, Any] | None) -> str:
    if raw is None:
        return "–"
    estimate = Estimate(**raw)
    if estimate.interval is None:
        return number(estimate.value)
    low, high = estimate.interval
    return f"{number(estimate.value)} ({number(low)} … {number(high)})"


if __name__ == "__main__":
    main()

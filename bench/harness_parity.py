"""H5: the same completions scored by lmms-eval's own code and by ours, on the stand-ins of the
eleven benchmarks.

Where lmms-eval draws an option at random or asks a judge there is nothing to compare; such
completions are counted beside those that were compared, as are those that differ on purpose.
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import eleven
from bench.harness_figures import OURS, Estimate, Finding
from bench.harness_trials import Bench
from harness.benchmark import benchmarks
from harness.lmms_benchmark import OpenedTask
from harness.settings import BenchmarkSettings


def parity(bench: Bench) -> list[Finding]:
    """One finding per benchmark."""
    with TemporaryDirectory() as folder:
        return [_finding(name, compared(name, Path(folder))) for name in eleven.names()]


def compared(name: str, folder: Path) -> Counter[str]:
    """Completions by what came of them: `equal`, `differs`, `on purpose` (for the reason that the
    benchmark's docstring gives), `not theirs` (drawn or judged by lmms-eval), `not ours` (left to
    the judge).
    """
    fixture = eleven.load(name)
    settings = BenchmarkSettings(name=name, path=fixture.write(folder))
    source = benchmarks.load(name).open(settings, folder / "lock")
    assert isinstance(source, OpenedTask), "the eleven are tasks of lmms-eval"
    outcomes: Counter[str] = Counter()
    for item, row in zip(source.items(), source.task.rows, strict=True):
        for text in fixture.completions(row).values():
            theirs = fixture.theirs(source.task.inner, item.doc, text)
            ours = source.grade(item.sample, item.doc, text)
            if theirs is None or ours is None:
                outcomes["not theirs" if theirs is None else "not ours"] += 1
            elif abs(ours.score - theirs) < 1e-9:
                outcomes["equal"] += 1
            else:
                outcomes["on purpose" if fixture.on_purpose(row, text) else "differs"] += 1
    return outcomes


def _finding(name: str, outcomes: Counter[str]) -> Finding:
    n = outcomes["equal"] + outcomes["differs"] + outcomes["on purpose"]
    aside = f"{outcomes['on purpose']} on purpose; {outcomes['not theirs']} drawn or judged there"
    if outcomes["not ours"]:
        aside += f", {outcomes['not ours']} left to the judge here"
    found = {OURS: Estimate(outcomes["differs"])} if n else {}
    return Finding(
        id="H5",
        measure=f"{name}: scores that differ unexplained, of {n} compared ({aside})",
        target="0",
        by_arm=found,
        met=outcomes["differs"] == 0 if n else None,
    )

"""Where the trainer's reward (`blindspot.core.grading`) and a benchmark's own score part, over all
completions of the stand-ins. `reward_differences.txt` holds the list; a change of either grader
shows as a changed line there.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench import eleven
from blindspot.core.grading import grade
from harness.benchmark import benchmarks
from harness.lmms_benchmark import OpenedTask
from harness.settings import BenchmarkSettings

LIST = Path(__file__).parent / "reward_differences.txt"


def differences(name: str, folder: Path) -> Iterator[str]:
    """`pope: verbose: own score 0, reward 1 (8 of 8)`."""
    fixture = eleven.load(name)
    source = benchmarks.load(name).open(
        BenchmarkSettings(name=name, path=fixture.write(folder)), folder / "lock"
    )
    assert isinstance(source, OpenedTask)
    parted: defaultdict[tuple[str, float, float], int] = defaultdict(int)
    asked: defaultdict[str, int] = defaultdict(int)
    for item, row in zip(source.items(), source.task.rows, strict=True):
        s = item.sample
        for kind, text in fixture.completions(row).items():
            own = source.grade(s, item.doc, text)
            asked[kind] += own is not None
            reward = grade(text, target=s.target, kind=s.answer_kind, options=s.options)
            if own is not None and own.score != reward.score:
                parted[kind, own.score, reward.score] += 1
    for (kind, own, reward), n in sorted(parted.items()):
        yield f"{name}: {kind}: own score {own:g}, reward {reward:g} ({n} of {asked[kind]})"


def test_the_list_is_what_differs_today(tmp_path: Path) -> None:
    found = [line for name in eleven.names() for line in differences(name, tmp_path)]
    assert found == LIST.read_text().splitlines()

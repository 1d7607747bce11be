"""H3 and H4 of `bench.harness`: what a kill and what failing calls do to the result."""

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.endpoint import Call, Fault, FaultKind, Script
from bench.harness_arms import Arm, ArmError, Place, command, killed, watch
from bench.harness_figures import Estimate, Finding, lost, sent_again, worst
from bench.harness_trials import Bench
from blindspot.core.evaluation import Evaluation
from blindspot.core.progress import say

ACCURACY: Final = 0.8
FAILING: Final = 0.2
PASSING: Final = 0.1
"""Share of the samples whose first call alone fails: these must end as answers."""
_DIGITS: Final = 5
"""An artifact's rates have six; the mean over its halves is exact to one less."""
_FOR_GOOD: Final[tuple[FaultKind, ...]] = (
    "server",
    "rate_limit",
    "drop",
    "garbage",
    "empty",
    "refused",
)
_FOR_NOW: Final[tuple[FaultKind, ...]] = ("rate_limit", "server", "drop", "garbage")


@dataclass(frozen=True)
class Reported:
    """What an arm says of its run."""

    accuracy: float
    failures: int
    answered: int | None = None
    """None where an arm does not say."""


def kills(bench: Bench) -> list[Finding]:
    """H3."""
    times: dict[Arm, int] = {
        "blindspot": bench.extent.kills,
        "async_openai": bench.extent.slow_kills,
    }
    found = {arm: [_kill(bench, arm, n) for n in range(count)] for arm, count in times.items()}
    losses = {arm: worst([k["lost"] for k in seen]) for arm, seen in found.items()}
    again = {arm: worst([k["again"] for k in seen]) for arm, seen in found.items()}
    when = f"SIGKILL at a random point of {bench.extent.tiny.samples} samples"
    ours, asked = losses["blindspot"].value, again["blindspot"].value
    return [
        Finding("H3", f"{when}: answers lost, worst", "0", losses, ours == 0),
        Finding(
            "H3",
            f"{when}: calls sent again, worst",
            f"≤ {bench.extent.concurrency}",
            again,
            asked <= bench.extent.concurrency,
        ),
    ]


def failures(bench: Bench) -> list[Finding]:
    """H4."""
    arms: tuple[Arm, ...] = ("blindspot", "async_openai", "openai")
    tried = {arm: bench.once(f"failing-{arm}", lambda arm=arm: _fail(bench, arm)) for arm in arms}
    said = {arm: Reported(**raw) for arm, raw in tried.items() if raw}
    errors = {arm: Estimate(round(s.accuracy - ACCURACY, _DIGITS)) for arm, s in said.items()}
    counts = {arm: Estimate(s.failures) for arm, s in said.items()}
    failing = round(FAILING * bench.extent.failing.samples)
    what = f"{FAILING:.0%} of {bench.extent.failing.samples} calls fail for good"
    exact = "blindspot" in said and said["blindspot"].failures == failing
    unbiased = "blindspot" in said and errors["blindspot"].value == 0
    return [
        Finding("H4", f"{what}: error of the accuracy", "0", errors, unbiased),
        Finding("H4", f"{what}: failures counted", f"{failing}", counts, exact),
    ]


def script(samples: int, seed: int = 0) -> Script:
    """Who is answered wrong and who fails, drawn by the seed. As many of the right as of the wrong
    samples fail, in proportion, so that an estimate that leaves failures out is exact (where
    `samples` is a multiple of 25).
    """
    rng = random.Random(seed)
    order = rng.sample(range(samples), samples)
    right, wrong = order[: round(ACCURACY * samples)], order[round(ACCURACY * samples) :]
    failing = [n for part in (right, wrong) for n in part[: round(FAILING * len(part))]]
    rest = sorted(set(order) - set(failing))
    passing = rng.sample(rest, round(PASSING * samples))
    faults = _faults(failing, _FOR_GOOD, None) | _faults(passing, _FOR_NOW, 1)
    return Script(wrong=tuple(sorted(wrong)), faults=faults)


def _faults(
    samples: Sequence[int], kinds: Sequence[FaultKind], attempts: int | None
) -> dict[int, Fault]:
    """The kinds in turn."""
    return {n: Fault(kinds[i % len(kinds)], attempts) for i, n in enumerate(samples)}


def _fail(bench: Bench, arm: Arm) -> dict[str, Any] | None:
    """What an arm reports; None where its command ends with an error, which is a result too."""
    kind = bench.extent.failing
    place = bench.place(f"failing-{arm}", kind)
    bench.server.begin(script(kind.samples))
    line = command(arm, place, bench.server.url)
    answerable = kind.samples - round(FAILING * kind.samples)
    try:
        output = watch(bench.server, line, place, answerable).output
    except ArmError as error:
        say(str(error))
        return None
    return asdict(reported(arm, place.folder, output))


def _kill(bench: Bench, arm: Arm, number: int) -> dict[str, Any]:
    """Kill an arm once at a random point, run it again to its end, and compare the calls."""

    def make() -> dict[str, Any]:
        samples = bench.extent.tiny.samples
        place = bench.place(f"kill-{number}-{arm}", bench.extent.tiny)
        point = random.Random(number).randrange(samples // 20, samples - samples // 20)
        line = [*command(arm, place, bench.server.url), *_cache(arm, place)]
        bench.server.begin(Script())
        before = killed(bench.server, line, place, finished=point)
        bench.server.begin(Script())
        output = watch(bench.server, line, place, samples).output
        after = bench.server.calls()
        said = reported(arm, place.folder, output)
        missing = 0 if said.answered is None else samples - said.answered
        return outcome(before, after, missing, bench.extent.concurrency)

    return bench.once(f"kill-{number}-{arm}", make)


def outcome(
    before: Sequence[Call], after: Sequence[Call], missing: int, concurrency: int
) -> dict[str, int]:
    """What a kill did. Answers missing in the end are lost too."""
    answered = sum(c.answered is not None for c in before)
    gone = lost(before, after, concurrency) + missing
    return {"answered": answered, "lost": gone, "again": sent_again(before, after)}


def _cache(arm: Arm, place: Place) -> list[str]:
    """lmms-eval is given its response cache; blindspot needs no option."""
    return ["--cache", str(place.folder / "cache")] if arm == "async_openai" else []


def reported(arm: Arm, folder: Path, output: str) -> Reported:
    """What an arm says in the end. lmms-eval's results have no field for calls that failed."""
    if arm == "blindspot":
        return _ours(Evaluation(folder / "run" / "round-0" / "evaluation"))
    return theirs(output)


def theirs(output: str) -> Reported:
    """From the last line that `bench.lmms_arm` prints.

    >>> theirs('100%|#| 4/4\\\\n{"results": {"accuracy,none": 0.5}}\\\\n').accuracy
    0.5
    """
    results: Mapping[str, Any] = json.loads(re.findall(r"^\{.*\}$", output, re.MULTILINE)[-1])
    return Reported(accuracy=results["results"]["accuracy,none"], failures=0)


def _ours(evaluation: Evaluation) -> Reported:
    metrics = evaluation.metrics()
    rates = [r for r in metrics.benchmarks if r.rate is not None]
    answered = sum(r.n for r in rates)
    right = sum((r.rate or 0.0) * r.n for r in rates)
    return Reported(right / answered, sum(metrics.failures.values()), answered)

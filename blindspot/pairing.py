"""Which samples of two evaluations can be set against each other, and why the others cannot.

Samples are paired by benchmark and id. Those that one side failed on, or does not have, are left
out and counted by cause. Refused are other graders, and a benchmark that changed: the same id with
another question, target or picture.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from blindspot.core.artifact import first_difference, published
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Prediction, Record, Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.answers import cluster_of, scores_by_sample
from diagnostics.changes.paired import Pair

Scope = Literal["held_out", "diagnosis", "both"]
Key = tuple[str, str]
"""Benchmark and sample id."""


class Side(Record):
    """One of the two evaluations."""

    path: str
    """Its folder."""
    round: int | None
    """Turn of the loop that it measured; None outside a run."""
    model: str
    """The model's fingerprint."""


@dataclass(frozen=True)
class Evaluated:
    """One side as plain values."""

    side: Side
    samples: Mapping[Key, Sample]
    predictions: Mapping[str, Sequence[Prediction]]
    """Per sample id, by repeat."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """How its answers were drawn."""

    @property
    def repeats(self) -> int:
        """Answers that were asked for per sample."""
        return 1 + max((p.repeat for rows in self.predictions.values() for p in rows), default=0)


@dataclass(frozen=True)
class Matched:
    """The samples of one benchmark: those that can be compared, and the others by cause."""

    name: str
    pairs: Sequence[Pair]
    clusters: Sequence[str]
    """One per pair."""
    left_out: Mapping[str, Any]
    """The counts of a `Difference`."""


def locate(path: Path) -> Path:
    """The evaluation that is meant by a run (its last), a round of it, or the folder itself."""
    rounds = [r for r in RunFolder(path).rounds() if published(r.evaluation)]
    if rounds:
        return rounds[-1].evaluation
    if published(path / "evaluation"):
        return path / "evaluation"
    if not published(path):
        raise DataError(
            f"No evaluation at {path}",
            "it is no run with an evaluated round, no such round and no evaluation",
            "Give RUN, RUN/round-N or RUN/round-N/evaluation",
        )
    return path


def read(path: Path) -> Evaluated:
    """One side from its artifact."""
    found = Evaluation(path)
    rows: dict[str, list[Prediction]] = {}
    for prediction in sorted(found.predictions(), key=lambda p: p.repeat):
        rows.setdefault(prediction.sample_id, []).append(prediction)
    return Evaluated(
        side=Side(path=str(path), round=_round_of(path), model=found.metrics().model),
        samples={(s.benchmark, s.id): s for s in found.samples()},
        predictions=rows,
        sampling=found.artifact.manifest.config.get("sampling", {}),
    )


def comparable(a: Evaluated, b: Evaluated) -> list[Key]:
    """The samples of both, by benchmark and id. Raises DataError for what cannot be compared."""
    if Path(a.side.path).resolve() == Path(b.side.path).resolve():
        why = f"both are the evaluation {a.side.path}"
        raise DataError(title(a, b), why, "Name two rounds: RUN/round-0 RUN/round-1")
    common = sorted(a.samples.keys() & b.samples.keys())
    if not common:
        why = f"no sample is in both: A has {_suite(a)}, B has {_suite(b)}"
        raise DataError(title(a, b), why, "Give evaluations of the same benchmarks")
    for key in common:
        _refuse_another_question(a, b, key)
    for name in sorted({name for name, _ in common}):
        _refuse_other_graders(a, b, name, [i for n, i in common if n == name])
    return common


def matched(name: str, a: Evaluated, b: Evaluated, half: Scope) -> Matched:
    """One benchmark's pairs by id, and what is left out of them."""
    first, second = _within(a, name, half), _within(b, name, half)
    both = sorted(first & second)
    scores = [_scores(side, both) for side in (a, b)]
    answered = [k for k in both if all(k[1] in found for found in scores)]
    pairs = [
        Pair(a.samples[k], *(float(np.mean(found[k[1]])) for found in scores)) for k in answered
    ]
    left_out = {
        "only_a": len(first - b.samples.keys()),
        "only_b": len(second - a.samples.keys()),
        "other_half": len((first ^ second) & a.samples.keys() & b.samples.keys()),
        "unanswered": len(both) - len(answered),
        "unanswered_a": _unanswered(a, [i for _, i in both if i not in scores[0]]),
        "unanswered_b": _unanswered(b, [i for _, i in both if i not in scores[1]]),
    }
    return Matched(name, pairs, [drawn_together(k, a, b) for k in answered], left_out)


def drawn_together(key: Key, a: Evaluated, b: Evaluated) -> str:
    """What a bootstrap draws together: the component of its pictures and groups; by the first
    picture alone in an evaluation that does not name it.
    """
    mine, other = a.samples[key], b.samples[key]
    return mine.component or other.component or cluster_of(mine)


def title(a: Evaluated, b: Evaluated) -> str:
    """What an error is about."""
    return f"Comparing {a.side.path} with {b.side.path}"


def _refuse_another_question(a: Evaluated, b: Evaluated, key: Key) -> None:
    old, new = a.samples[key], b.samples[key]
    for name in ("question", "target", "options", "answer_kind", "images"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            raise DataError(
                f"The benchmark {key[0]} is not the same in A and B",
                f"of the sample '{key[1]}', {first_difference({name: was}, {name: now})}",
                "Evaluate both on one version of it",
            )


def _refuse_other_graders(a: Evaluated, b: Evaluated, name: str, ids: Sequence[str]) -> None:
    first, second = _graders(a, ids), _graders(b, ids)
    if len(first | second) > 1 and first and second:
        raise DataError(
            f"The scores of {name} cannot be compared",
            f"A was graded by {_listed(first)}, B by {_listed(second)}",
            "Grade both by one: blindspot evaluate --regrade",
        )


def _graders(side: Evaluated, ids: Iterable[str]) -> set[str]:
    rows = (p for i in ids for p in side.predictions.get(i, ()))
    return {p.grader for p in rows if p.score is not None}


def _within(side: Evaluated, name: str, half: Scope) -> set[Key]:
    """The samples of one benchmark and half."""
    return {k for k, s in side.samples.items() if k[0] == name and half in ("both", s.half)}


def _scores(side: Evaluated, keys: Iterable[Key]) -> dict[str, list[float]]:
    return scores_by_sample(p for _, i in keys for p in side.predictions.get(i, ()))


def _unanswered(side: Evaluated, ids: Iterable[str]) -> dict[str, int]:
    """Samples by the failure of their first repeat."""
    rows = (side.predictions.get(i, ()) for i in ids)
    kinds = Counter(r[0].failure.kind if r and r[0].failure else "never asked" for r in rows)
    return dict(sorted(kinds.items()))


def _round_of(path: Path) -> int | None:
    number = path.resolve().parent.name.removeprefix("round-")
    return int(number) if path.name == "evaluation" and number.isdigit() else None


def _suite(side: Evaluated) -> str:
    return _listed({name for name, _ in side.samples})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"

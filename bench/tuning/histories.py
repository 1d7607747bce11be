"""Simulated histories of runs: what an evaluation, a training set and a training of a healthy run
say by chance, and of one with a pathology planted.

An answer is right where ability + noise exceeds the round's threshold. Ability stays, the noise
(`_NOISE` of the variance) is drawn anew each round, and questions about one picture share part of
both, so that about one answer in seven turns between two rounds of the same accuracy, several of a
picture together. All draws come from the run's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.history import Answered, Cell, RoundHistory, Trained

Floats = NDArray[np.float64]

SUITE: Final = {
    "mmmu": 450, "mmstar": 750, "realworldqa": 382, "mathvista": 500, "mathvision": 1520,
    "mathverse": 1970, "charxiv": 500, "chartqa": 1250, "ocrbench": 500, "hallusionbench": 475,
    "pope": 4500,
}  # fmt: skip
"""Held-out samples of the eleven benchmarks, half of each."""
_NOISE: Final = 0.1
_SHARED: Final = 0.3
"""Variance that questions about one picture share."""
_PER_PICTURE: Final = 3
_CELLS: Final = 8
_TEMPLATES: Final = 120


class Latent:
    """Standard normal values of n questions: the same ability, and noise of each round."""

    def __init__(self, n: int, rng: np.random.Generator, per_picture: int = _PER_PICTURE) -> None:
        self._rng, self._pictures = rng, np.arange(n) // per_picture
        self._ability = self._drawn()

    def round(self) -> Floats:
        """Of one round."""
        return (1 - _NOISE) ** 0.5 * self._ability + _NOISE**0.5 * self._drawn()

    def _drawn(self) -> Floats:
        shared = self._rng.standard_normal(self._pictures[-1] + 1)[self._pictures]
        own = self._rng.standard_normal(len(self._pictures))
        return _SHARED**0.5 * shared + (1 - _SHARED) ** 0.5 * own


@cache
def _places(benchmark: str, n: int, per_picture: int = _PER_PICTURE) -> list[tuple[str, str]]:
    """Ids of samples and pictures."""
    return [(f"{benchmark}/{i:05}", f"{benchmark}/p{i // per_picture}") for i in range(n)]


def gaining(accuracies: Sequence[float], suite: dict[str, int], seed: int) -> list[RoundHistory]:
    """Rounds with these true held-out accuracies in every benchmark."""
    rng = np.random.default_rng(seed)
    latent = {name: Latent(n, rng) for name, n in suite.items()}
    return [
        RoundHistory(
            number,
            held_out=tuple(
                either[right]
                for name, n in suite.items()
                for either, right in zip(
                    _either(name, n), _right(latent[name].round(), accuracy), strict=True
                )
            ),
        )
        for number, accuracy in enumerate(accuracies)
    ]


@cache
def _either(benchmark: str, n: int) -> list[tuple[Answered, Answered]]:
    """Every sample answered wrong and right: made once, since a suite has thousands."""
    return [
        (
            Answered(id, benchmark, "number", "1", picture, "core", ("0",), 0.0),
            Answered(id, benchmark, "number", "1", picture, "core", ("1",), 1.0),
        )
        for id, picture in _places(benchmark, n)
    ]


def _right(values: Floats, accuracy: float) -> list[bool]:
    return (values < NormalDist().inv_cdf(accuracy)).tolist()


@dataclass(frozen=True)
class Asked:
    """What a model is like at yes/no questions in one round."""

    skill: float
    """How far the answers to yes and to no lie apart, in standard deviations."""
    lean: float = 0.0
    """How far it leans towards "yes"."""


def saying_yes(rounds: Sequence[Asked], n: int, seed: int) -> list[RoundHistory]:
    """Yes/no questions, six about a picture and half of them with the target "yes"."""
    rng = np.random.default_rng(seed)
    latent, targets = Latent(n, rng, 6), np.arange(n) % 2 == 0
    found = []
    for number, asked in enumerate(rounds):
        sign = np.where(targets, asked.skill / 2, -asked.skill / 2)
        said = (sign + asked.lean + latent.round() > 0).tolist()
        rows = zip(_places("pope", n, 6), targets.tolist(), said, strict=True)
        answers = tuple(_yes_no(*place, target, yes) for place, target, yes in rows)
        found.append(RoundHistory(number, diagnosis=answers))
    return found


def _yes_no(id: str, picture: str, target: bool, said: bool) -> Answered:
    word = {True: "yes", False: "no"}
    return Answered(
        id, "pope", "yes_no", word[target], picture, "core", (word[said],), float(said == target)
    )


def repeating(rounds: Sequence[tuple[float, float]], n: int, seed: int) -> list[RoundHistory]:
    """Open questions with four repeats: per round the accuracy, and the share of samples to which
    all repeats say the same.
    """
    rng = np.random.default_rng(seed)
    latent, sure = Latent(n, rng), Latent(n, rng)
    found = []
    for number, (accuracy, agreed) in enumerate(rounds):
        right, same = _right(latent.round(), accuracy), _right(sure.round(), agreed)
        rows = zip(_places("mmstar", n), right, same, strict=True)
        answers = tuple(_repeats(*place, r, s, rng) for place, r, s in rows)
        found.append(RoundHistory(number, held_out=answers))
    return found


def _repeats(id: str, picture: str, right: bool, same: bool, rng: np.random.Generator) -> Answered:
    first = "1" if right else "wrong"
    answers = [first] * 4 if same else [first, first, f"{rng.integers(2, 9)}", "1"]
    score = answers.count("1") / 4
    return Answered(id, "mmstar", "number", "1", picture, "core", tuple(answers), score)


def answering(shares: Sequence[float], n: int, seed: int) -> list[RoundHistory]:
    """Numbers from 0 to 19, of which the model gets more right each round, and says "7" to a share
    of the questions whatever they are.
    """
    rng = np.random.default_rng(seed)
    latent, fixed, targets = Latent(n, rng), rng.random(n), rng.integers(0, 20, n)
    found = []
    for number, share in enumerate(shares):
        right = np.array(_right(latent.round(), 0.5 + 0.02 * number))
        said = np.where(right, targets, rng.integers(0, 20, n))
        said = np.where(fixed < share, 7, said)
        rows = zip(_places("mathvista", n), targets.tolist(), said.tolist(), strict=True)
        answers = tuple(
            Answered(id, "mathvista", "number", f"{t}", p, "core", (f"{s}",), float(s == t))
            for (id, p), t, s in rows
        )
        found.append(RoundHistory(number, diagnosis=answers))
    return found


def generating(
    shares: Sequence[float], of: str, seed: int, growth: float = 0.0
) -> list[RoundHistory]:
    """Sets of eight cells of 15 to 90 samples, drawn anew each round, and more by a share `growth`
    in each; a share of a cell's questions are one template, or of its pictures one picture.
    """
    rng = np.random.default_rng(seed)
    rounds = [
        RoundHistory(
            number,
            cells=tuple(
                _cell(
                    f"cell-{i}", int(rng.integers(15, 90) * (1 + growth * number)), share, of, rng
                )
                for i in range(_CELLS)
            ),
        )
        for number, share in enumerate(shares)
    ]
    return [*rounds, RoundHistory(len(shares))]


def _cell(name: str, n: int, share: float, of: str, rng: np.random.Generator) -> Cell:
    same = rng.random(n) < share
    asked, shown = (same & (of == what) for what in ("questions", "pictures"))
    questions = [_template(name, 0 if one else int(rng.integers(_TEMPLATES)), rng) for one in asked]
    pictures = [("p0",) if one else (f"{rng.integers(10**9)}",) for one in shown]
    return Cell(name, n, n, 2 * n, 0, 0, tuple(questions), tuple(pictures))


def _template(cell: str, number: int, rng: np.random.Generator) -> str:
    """Eight words that the template fixes, two that it fills in."""
    return f"how many {_fixed(cell, number)} w{rng.integers(60, 100)} w{rng.integers(60, 100)}"


@cache
def _fixed(cell: str, number: int) -> str:
    drawn = np.random.default_rng([number, *cell.encode()]).integers(0, 60, 8)
    return " ".join(f"w{w}" for w in drawn)


def rolled_back(history: Sequence[RoundHistory], number: int) -> list[RoundHistory]:
    """The same run with one round more: its `number`-th training was refused, so that the next
    evaluation is that of the same policy. All other rounds were accepted.
    """
    before, again = history[: number + 1], history[number:]
    rounds = [replace(r, accepted=True) for r in (*before, *again)]
    rounds[number] = replace(rounds[number], accepted=False)
    return [replace(r, number=i) for i, r in enumerate(rounds)]


def filling(
    hard: float,
    kept: float,
    accuracy: float,
    candidates: int,
    rounds: int,
    seed: int,
    prompts: int = 512,
) -> list[RoundHistory]:
    """Sets of eight unlike cells: a share of candidates is too hard, of the others a share is
    admitted; and trainings in which a share of rollouts is right.
    """
    rng = np.random.default_rng(seed)
    found = [
        RoundHistory(
            number,
            cells=_filled(hard, kept, candidates, rng),
            trained=_trained(accuracy, rng, prompts),
        )
        for number in range(rounds)
    ]
    return [*found, RoundHistory(rounds)]


def _filled(
    hard: float, kept: float, candidates: int, rng: np.random.Generator
) -> tuple[Cell, ...]:
    cells = []
    for i in range(_CELLS):
        here = rng.beta(12 * hard, 12 * (1 - hard)) if 0 < hard < 1 else hard
        beyond = int(rng.binomial(candidates, here))
        admitted = int(rng.binomial(candidates - beyond, kept))
        cells.append(Cell(f"cell-{i}", candidates, admitted, candidates, candidates, beyond))
    return tuple(cells)


def _trained(accuracy: float, rng: np.random.Generator, prompts: int) -> Trained:
    """Eight rollouts of each prompt, whose pass rates differ."""
    rates = rng.beta(0.5 * accuracy, 0.5 * (1 - accuracy), prompts) if accuracy else np.zeros(1)
    return Trained(float(rng.binomial(8, rates).mean() / 8), prompts)

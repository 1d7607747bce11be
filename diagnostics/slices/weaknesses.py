"""From selected slices to the weaknesses of a diagnosis, each with its numbers and evidence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blindspot.core.outcomes import PASSED
from blindspot.core.records import Weakness
from diagnostics.answers import Answers
from diagnostics.causes.attribution import stage_counts
from diagnostics.mixture.cells import Aim, cell_name
from diagnostics.mixture.own_answers import Decided, decided
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import Slice
from diagnostics.slices.exemplars import nearest, spread
from diagnostics.slices.learnability import PassRates, learnabilities
from diagnostics.slices.naming import keywords, medoid, name
from diagnostics.slices.rates import Rates, coverage, failing_ids, rest_rate
from diagnostics.slices.selection import Tested


def weaknesses(
    answers: Answers,
    rates: Rates,
    pool: Pool,
    tested: Tested,
    stable: Mapping[int, float],
    stage_of: Mapping[str, str],
    pass_rates: PassRates,
    exemplars: int,
) -> list[tuple[Aim, Slice]]:
    """The selected slices (positions with their stability) as weaknesses, by rank."""
    pieces = [pool.slices[i] for i in stable]
    learnable = learnabilities(pieces, answers, rates, pass_rates)
    found = []
    for (i, overlap), can_learn in zip(stable.items(), learnable, strict=True):
        measured = Measured(float(tested.p[i]), float(tested.adjusted[i]), overlap, can_learn)
        aim = _weakness(pool.slices[i], answers, rates, measured, stage_of, exemplars)
        found.append((aim, pool.slices[i]))
    return sorted(found, key=lambda pair: (-_rank(pair[0].weakness), pair[0].weakness.id))


@dataclass(frozen=True)
class Measured:
    """What is known of a selected slice beside its counts."""

    p: float
    p_adjusted: float
    stability: float
    learnability: float


def _weakness(
    piece: Slice,
    answers: Answers,
    rates: Rates,
    measured: Measured,
    stage_of: Mapping[str, str],
    exemplars: int,
) -> Aim:
    scores = answers.scores[piece.members]
    estimate = rates.estimate(piece)
    failing = failing_ids(piece, answers)
    cited = spread(failing, exemplars)
    record = Weakness(
        id=_slug(piece),
        name=name(piece),
        capability=piece.capability,
        image_type=piece.image_type,
        condition=piece.condition,
        kind=piece.kind,
        keywords=keywords(piece, answers),
        medoid=medoid(piece, answers),
        n=len(scores),
        effective_n=rates.counts(piece)[0],
        passed=float(scores.sum()),
        raw_rate=float(scores.mean()),
        rate=estimate.rate,
        interval=estimate.interval,
        gap=rest_rate(piece, answers) - estimate.rate,
        coverage=coverage(piece, answers),
        **vars(measured),
        stages=_shares(stage_counts(failing, stage_of)),
        failing=cited,
        passing=_nearest_passing(piece, answers, cited, exemplars),
    )
    return Aim(record, estimate.upper90, *_decided(piece, answers))


def _decided(piece: Slice, answers: Answers) -> Decided:
    """The targets that only this condition of its category allows, if it decides them."""
    members = {answers.samples[i].id for i in piece.members}
    own = [answers.samples[i] for i in answers.rows[piece.category]]
    return decided(piece.condition, members, own)


def _nearest_passing(
    piece: Slice, answers: Answers, cited: Sequence[str], count: int
) -> tuple[str, ...]:
    by_id = {answers.samples[i].id: answers.samples[i] for i in piece.members}
    own = answers.rows[piece.category]
    passing = [answers.samples[i] for i in own if answers.scores[i] >= PASSED]
    return nearest([by_id[i] for i in cited], passing, count)


def _rank(weakness: Weakness) -> float:
    return weakness.coverage * weakness.gap * weakness.learnability


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {k: v / total for k, v in counts.items()}


def _slug(piece: Slice) -> str:
    """As `CellShare.name`, blanks within attributes made visible."""
    tight = {re.sub(r"\s+", "_", k): re.sub(r"\s+", "_", v) for k, v in piece.condition.items()}
    return cell_name(piece.capability, piece.image_type, tight)

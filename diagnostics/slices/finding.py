"""From answers to weaknesses: candidates, tests, selection, estimates, evidence, in one line.

answers → candidates → test against the rest → selection → weaknesses and category rates
                                                         └ false alarms, stability, excess
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from blindspot.core.diagnosis import CategoryRate, Null, StageExcess
from diagnostics.answers import Answers
from diagnostics.causes.excess import stage_excess
from diagnostics.mixture.cells import Aim
from diagnostics.settings import DiagnosticsSettings
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import candidates
from diagnostics.slices.rates import Rates, category_rates
from diagnostics.slices.selection import false_alarms, pool_test, select
from diagnostics.slices.stability import stability
from diagnostics.slices.weaknesses import weaknesses


@dataclass(frozen=True)
class Findings:
    """What the diagnosis half shows."""

    categories: tuple[CategoryRate, ...]
    """All of the half, by name."""
    aims: list[Aim]
    """The weaknesses by rank."""
    members: dict[str, frozenset[str]]
    """Ids of the samples of each weakness, by its id."""
    excess: tuple[StageExcess, ...]
    null: Null
    pools: dict[str, int]
    """Candidates by kind."""


def find(
    config: DiagnosticsSettings,
    answers: Answers,
    stage_of: Mapping[str, str],
    pass_rates: Mapping[str, tuple[float, int]],
) -> Findings:
    """Test all candidates and describe what is reliably below the rest."""
    q, support, seed = config.q, config.min_support, config.seed
    pool = Pool(answers, candidates(answers, support))
    tested = pool_test(pool, answers.passed)
    selected = select(pool, answers.passed, tested, q=q, min_support=support)
    overlaps = stability(
        pool,
        answers.passed,
        selected,
        q=q,
        min_support=support,
        resamples=config.resamples,
        seed=seed,
    )
    rates = Rates(answers, pool)
    stable = dict(zip(selected, overlaps, strict=True))
    found = weaknesses(answers, rates, pool, tested, stable, stage_of, pass_rates, config.exemplars)
    return Findings(
        categories=category_rates(answers, rates, pool, tested, stage_of, config),
        aims=[aim for aim, _ in found],
        members={
            aim.weakness.id: frozenset(answers.samples[i].id for i in piece.members)
            for aim, piece in found
        },
        excess=stage_excess(pool, answers, stage_of, q, support),
        null=false_alarms(pool, answers.passed, q=q, shuffles=config.shuffles, seed=seed),
        pools=dict(sorted(Counter(s.kind for s in pool.slices).items())),
    )

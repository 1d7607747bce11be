"""The model says more of what is not there, and is surer of it.

    yes rate           "yes" on yes/no questions, beyond the share of targets that are "yes"
    wrong yes          "yes" where the target is "no"
    confidently wrong  all repeats of a sample give one and the same wrong answer

The first two are POPE's reading (Li et al. 2023, arXiv 2305.10355) of whatever yes/no questions the
suite has, both halves. Each is paired with round 0 by sample: an alarm is a rise by more than
`max_yes_rise` whose exact one-sided sign test over pictures (McNemar's, for a picture with one
question) says that it is no noise. A run that does not drift alarms with chance `alpha` at most.

Not every rise is amplification, so each has a second condition. A model that said "yes" too rarely
may say it more often: the excess of "yes" over the targets must itself be above `max_yes_rise`
(`yes rate`), or above 0 with its 97.5 % bound (`wrong yes`). Training sharpens answers, right ones
too: `confidently wrong` counts only where the same samples are not answered better on the whole.

An answer that cannot be read is neither "yes" nor "no", and agrees with nothing. With one answer
per sample, confidence is not measured: evaluations keep no probabilities, and nothing is guessed.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.monitors import Figure
from training.history import Answered, RoundHistory
from training.monitor import Monitor, judged, level, missing, policies, shown
from training.monitor_settings import MonitorSettings
from training.monitors._arithmetic import Mean, Pair, mean, pairs, rises

_NAME: Final = "hallucination"
_FIGURES: Final = 3
_BACK: Final = (
    "Go back to the checkpoint before, and add yes/no samples whose answer is no (or negatives for "
    "training.optimiser = dpo)."
)


class Hallucination:
    """The `hallucination` monitor."""

    def figures(self, history: Sequence[RoundHistory], settings: MonitorSettings) -> list[Figure]:
        now = history[-1].number
        names = ("yes rate", "wrong yes", "confidently wrong")
        if len(history) < 2:
            return [missing(_NAME, name, now, "there is no earlier round") for name in names]
        rows = pairs(history[0].answered, history[-1].answered)
        asked = [p for p in rows if p[1].kind == "yes_no"]
        return [
            _yes_rate(asked, history, settings),
            _wrong_yes(asked, history, settings),
            _confidently_wrong(rows, history, settings),
        ]


def yes(answer: Answered) -> float:
    """Share of the repeats that say so."""
    return answer.answers.count("yes") / len(answer.answers)


def confidently_wrong(answer: Answered) -> bool:
    """Whether all repeats, at least two, give one wrong answer."""
    first = answer.answers[0]
    return answer.score == 0 and first != "" and len(set(answer.answers)) == 1


def _yes_rate(
    rows: Sequence[Pair], history: Sequence[RoundHistory], settings: MonitorSettings
) -> Figure:
    if not rows:
        why = "no yes/no question was answered in both rounds"
        return missing(_NAME, "yes rate", history[-1].number, why)
    now, excess = sum(yes(b) for _, b in rows) / len(rows), _excess(rows)
    figure = _risen("yes rate", rows, [yes(b) - yes(a) for a, b in rows], history, settings)
    said = f'"yes" to {now:.0%} of {len(rows)} questions, the target of {now - excess.value:.0%}; '
    figure = figure.model_copy(update={"said": said + figure.said})
    return judged(figure, shown(figure) and excess.value > settings.max_yes_rise, _BACK)


def _wrong_yes(
    rows: Sequence[Pair], history: Sequence[RoundHistory], settings: MonitorSettings
) -> Figure:
    noes = [p for p in rows if p[1].target == "no"]
    if not noes:
        why = "no question with the target no was answered in both"
        return missing(_NAME, "wrong yes", history[-1].number, why)
    now = sum(yes(b) for _, b in noes) / len(noes)
    figure = _risen("wrong yes", noes, [yes(b) - yes(a) for a, b in noes], history, settings)
    said = f'"yes" to {now:.0%} of {len(noes)} questions whose target is no; '
    figure = figure.model_copy(update={"said": said + figure.said})
    return judged(figure, shown(figure) and _excess(rows).below(0.025) > 0, _BACK)


def _confidently_wrong(
    rows: Sequence[Pair], history: Sequence[RoundHistory], settings: MonitorSettings
) -> Figure:
    name = "confidently wrong"
    repeated = [p for p in rows if min(len(p[0].answers), len(p[1].answers)) > 1]
    if not repeated:
        return missing(_NAME, name, history[-1].number, "the evaluations have no repeats")
    now = sum(confidently_wrong(b) for _, b in repeated) / len(repeated)
    changes = [float(confidently_wrong(b)) - confidently_wrong(a) for a, b in repeated]
    figure = _risen(name, repeated, changes, history, settings)
    said = f"{now:.0%} of {len(repeated)} samples get one wrong answer each time; "
    figure = figure.model_copy(update={"said": said + figure.said})
    better = sum(b.score - a.score for a, b in repeated) > 0
    return judged(figure, shown(figure) and not better, _BACK)


def _risen(
    name: str,
    rows: Sequence[Pair],
    changes: Sequence[float],
    history: Sequence[RoundHistory],
    settings: MonitorSettings,
) -> Figure:
    clusters = [now.cluster for _, now in rows]
    found = mean(changes, clusters)
    return Figure(
        monitor=_NAME,
        name=name,
        round=history[-1].number,
        value=found.value,
        threshold=settings.max_yes_rise,
        interval=found.interval if found.freedom else (-1.0, 1.0),
        p=rises(changes, clusters),
        level=level(settings.alpha, policies(history), _FIGURES),
        n=len(rows),
        said=f"{100 * found.value:+.1f} points since round 0.",
    )


def _excess(rows: Sequence[Pair]) -> Mean:
    """How much more often it says "yes" now than the targets do."""
    values = [yes(now) - (now.target == "yes") for _, now in rows]
    return mean(values, [now.cluster for _, now in rows])


PLUGIN: Final[Monitor] = Hallucination()

"""When a run is stopped early: pure functions on its log, each with a name and a figure.

    kl           the policy has left the start checkpoint behind
    entropy      rollouts have become all the same, and no better
    length       rollouts have grown, and got no better
    divergence   the reward rises while accuracy or validation falls
    truncated    more and more rollouts are cut off, and no better

Each compares the mean over the last `window` steps with that over the first, so a single odd step
stops nothing, and what the start checkpoint was like already is no alarm; `kl`, which is measured
against the start checkpoint, looks at the last `window` steps alone. So `kl` can stop a run from
step `window` on, the others from twice that. A stopped run is no failure: its best weights so far
are published, and the manifest names the alarm.
"""

from collections.abc import Callable, Sequence
from typing import Final

from blindspot.core.records import Record as Frozen
from training.health import Record
from training.settings import GuardSettings

_GAIN: Final = 0.02
"""Rise of the mean reward that excuses other rollouts."""
_RISE: Final = 0.1
"""Of the share of truncated rollouts."""
_SHORT: Final = 8
"""Tokens by which rollouts may grow in any case."""


class Alarm(Frozen):
    """Why a run was stopped early."""

    name: str
    """The guard's."""
    step: int
    """After which step."""
    figure: float
    """What it measured."""
    said: str
    """The same as a sentence."""


Guard = Callable[[Sequence[Record], GuardSettings], tuple[float, str] | None]
"""Figure and sentence, or None where all is well."""


def alarm(records: Sequence[Record], settings: GuardSettings) -> Alarm | None:
    """The first alarm after the latest step, or None."""
    for name, guard in GUARDS.items():
        if found := guard(records, settings):
            step = int(records[-1].get("step", len(records)))
            return Alarm(name=name, step=step, figure=found[0], said=found[1])
    return None


def kl(records: Sequence[Record], settings: GuardSettings) -> tuple[float, str] | None:
    """KL divergence from the start checkpoint above `max_kl`."""
    now = _mean(records[-settings.window :], "kl") if len(records) >= settings.window else None
    if now is None or now <= settings.max_kl:
        return None
    return now, f"the KL divergence from the start checkpoint is {now:.2g} nats per token"


def entropy(records: Sequence[Record], settings: GuardSettings) -> tuple[float, str] | None:
    """Entropy below `min_entropy` of what it was, without a gain in reward."""
    then, now = _ends(records, "entropy", settings.window)
    if not then or now is None or not _rewarded(records) or _gained(records, settings.window):
        return None
    share = now / then
    if share >= settings.min_entropy:
        return None
    return share, f"the entropy of the rollouts fell to {share:.0%} of what it was"


def length(records: Sequence[Record], settings: GuardSettings) -> tuple[float, str] | None:
    """Rollouts longer than `max_length` times what they were, without a gain in reward."""
    then, now = _ends(records, "completions/mean_length", settings.window)
    if not then or now is None or now - then < _SHORT or _gained(records, settings.window):
        return None
    if now / then <= settings.max_length:
        return None
    return now / then, f"rollouts grew from {then:.0f} to {now:.0f} tokens"


def divergence(records: Sequence[Record], settings: GuardSettings) -> tuple[float, str] | None:
    """Accuracy or validation down by more than `max_divergence` while the reward rises."""
    if not _gained(records, settings.window):
        return None
    then, now = _ends(records, "rewards/accuracy/mean", settings.window)
    if then is not None and now is not None and then - now > settings.max_divergence:
        return then - now, f"accuracy fell from {then:.2f} to {now:.2f} while the reward rose"
    scores = [r["validation"] for r in records if r.get("validation") is not None]
    if len(scores) < 3 or max(scores[:-2]) - max(scores[-2:]) <= settings.max_divergence:
        return None
    best, last = max(scores[:-2]), max(scores[-2:])
    return best - last, f"validation fell from {best:.2f} to {last:.2f} while the reward rose"


def truncated(records: Sequence[Record], settings: GuardSettings) -> tuple[float, str] | None:
    """Share of truncated rollouts above `max_truncated`, and risen, without a gain in reward."""
    then, now = _ends(records, "completions/clipped_ratio", settings.window)
    if then is None or now is None or _gained(records, settings.window):
        return None
    if now <= settings.max_truncated or now - then <= _RISE:
        return None
    return now, f"{now:.0%} of the rollouts are cut off, {then:.0%} were at first"


GUARDS: Final[dict[str, Guard]] = {
    "kl": kl,
    "entropy": entropy,
    "length": length,
    "divergence": divergence,
    "truncated": truncated,
}


def _ends(records: Sequence[Record], key: str, window: int) -> tuple[float | None, float | None]:
    """Means over the first and the last `window` steps; None where nothing was logged, or while
    those are the same steps in part.
    """
    if len(records) < 2 * window:
        return None, None
    return _mean(records[:window], key), _mean(records[-window:], key)


def _gained(records: Sequence[Record], window: int) -> bool:
    then, now = _ends(records, "reward", window)
    return then is not None and now is not None and now - then > _GAIN


def _rewarded(records: Sequence[Record]) -> bool:
    """Whether there are rollouts: what imitates answers comes to be sure of them, as it should."""
    return any(r.get("reward") is not None for r in records)


def _mean(records: Sequence[Record], key: str) -> float | None:
    values = [r[key] for r in records if r.get(key) is not None]
    return sum(values) / len(values) if values else None

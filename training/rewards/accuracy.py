"""Whether the answer is right: the grade that the harness gives, from the same function."""

from typing import Final

from blindspot.core.grading import grade, is_gradable
from training.reward import Reward, Rollout


class _Plugin:
    def score(self, rollout: Rollout) -> float | None:
        kind, options = rollout.answer_kind, rollout.options
        if not is_gradable(rollout.target, kind, options):
            return None
        return grade(rollout.text, target=rollout.target, kind=kind, options=options).score


PLUGIN: Final[Reward] = _Plugin()

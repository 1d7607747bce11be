"""Whether the answer keeps clear of the token limit: the soft overlong penalty of DAPO (arXiv
2503.14476), here as a reward in [0, 1].

    limit 1000    up to 800 tokens: 1    900: .5    1000, where it is cut off: 0

The paper's buffer is 4096 of 20480 tokens, a fifth; so it is here, whatever the limit. None where
there is no limit.
"""

from typing import Final

from training.reward import Reward, Rollout

_BUFFER: Final = 0.2


class _Plugin:
    def score(self, rollout: Rollout) -> float | None:
        if not rollout.limit:
            return None
        left = (rollout.limit - rollout.tokens) / (_BUFFER * rollout.limit)
        return min(max(left, 0.0), 1.0)


PLUGIN: Final[Reward] = _Plugin()

r"""Whether the answer has the form that its prompt asks for; None where it asks for none.

    prompt "… put the answer in \boxed{}"    "It is \boxed{5}."  1     "It is 5."  0
    prompt "How many dots?"                  anything            None

The published code of DPE rewards a form that its prompts do not ask for, so that the term is the
same for every rollout and teaches nothing; here it is given only where it was asked for.
"""

import re
from typing import Final

from training.reward import Reward, Rollout

_FORMS: Final = (
    (re.compile(r"\\boxed\s*\{"), re.compile(r"\\boxed\{[^{}]*\S[^{}]*\}")),
    (re.compile(r"<answer>"), re.compile(r"<answer>\s*\S.*?</answer>", re.DOTALL)),
    (re.compile(r"<think>"), re.compile(r"<think>.*?</think>\s*\S", re.DOTALL)),
    (
        re.compile(r"\"answer:|'answer:|`answer:", re.I),
        re.compile(r"^\W*answer:\s*\S", re.I | re.M),
    ),
)
"""How a prompt asks for a form, and what has it."""


def asked(prompt: str) -> bool:
    """Whether a prompt asks for a form that can be rewarded."""
    return any(asks.search(prompt) for asks, _ in _FORMS)


class _Plugin:
    def score(self, rollout: Rollout) -> float | None:
        wanted = [has for asks, has in _FORMS if asks.search(rollout.prompt)]
        if not wanted:
            return None
        return float(all(has.search(rollout.raw or rollout.text) for has in wanted))


PLUGIN: Final[Reward] = _Plugin()

import pytest

from training.reward import Rollout, rewards
from training.rewards.format import asked

BOXED = r"How many? Put the answer in \boxed{}."
THINK = "Reason in <think> </think> tags, then answer."
LINE = 'End with "Answer: X".'


@pytest.mark.parametrize(
    ("prompt", "raw", "score"),
    [
        (BOXED, r"It is \boxed{5}.", 1.0),
        (BOXED, "It is 5.", 0.0),
        (BOXED, r"It is \boxed{ }.", 0.0),
        (THINK, "<think>two and three</think>5", 1.0),
        (THINK, "<think>two and three", 0.0),
        (THINK, "<think>5</think>", 0.0),
        (f"{THINK} {BOXED}", "<think>a</think>5", 0.0),
        (LINE, "So:\nAnswer: 5", 1.0),
        (LINE, "So it is 5", 0.0),
        ("Reply as <answer>X</answer>.", "<answer>5</answer>", 1.0),
        ("How many?", r"\boxed{5}", None),  # nobody asked
        ("What is the answer: red or blue?", "red", None),
    ],
)
def test_only_what_was_asked_for(prompt: str, raw: str, score: float | None):
    rollout = Rollout("5", target="5", answer_kind="number", prompt=prompt, raw=raw)
    assert rewards.load("format").score(rollout) == score
    assert asked(prompt) == (score is not None)

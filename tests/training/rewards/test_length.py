import pytest

from training.reward import Rollout, rewards


@pytest.mark.parametrize(
    ("tokens", "limit", "score"),
    [(1, 1000, 1.0), (800, 1000, 1.0), (900, 1000, 0.5), (1000, 1000, 0.0), (50, 0, None)],
)
def test_the_last_fifth_costs(tokens: int, limit: int, score: float | None):
    rollout = Rollout("5", target="5", answer_kind="number", tokens=tokens, limit=limit)
    assert rewards.load("length").score(rollout) == pytest.approx(score)

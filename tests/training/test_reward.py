import pytest

from blindspot.core.grading import grade
from blindspot.core.records import AnswerKind
from training.reward import Reward, Rollout, Shown, category_means, rewards, trl_function


@pytest.mark.parametrize(
    ("text", "target", "kind", "options", "reward"),
    [
        ("B", "B", "choice", ("red", "blue"), 1.0),
        ("red", "B", "choice", ("red", "blue"), 0.0),
        ("3 + 2 = 5", "5", "number", (), 1.0),
        ("", "5", "number", (), 0.0),
        ("no", "yes", "yes_no", (), 0.0),
        ("10, 10, 20, 20", "10, 10, 20, 21", "box", (), 1.0),
        ("5", "five", "number", (), None),  # the target itself would not be graded right
        ("A", "C", "choice", ("red", "blue"), None),
    ],
)
def test_accuracy(
    text: str, target: str, kind: AnswerKind, options: tuple[str, ...], reward: float | None
):
    rollout = Rollout(text, target=target, answer_kind=kind, options=options)
    assert rewards.load("accuracy").score(rollout) == reward
    if reward is not None:
        assert grade(text, target=target, kind=kind, options=options).score == reward


def test_as_trl_calls_it():
    logged: dict[str, float] = {}
    function = trl_function("accuracy", Shown(group_size=2))
    texts = ["<think>no</think>yes", "no", "5", "6"]
    scores = function(
        prompts=["…"] * 4,
        completions=[[{"role": "assistant", "content": text}] for text in texts],
        completion_ids=[[1]] * 4,
        target=["yes", "yes", "5", "many"],
        answer_kind=["yes_no", "yes_no", "number", "number"],
        options=[[]] * 4,
        category=["presence/plain", "presence/plain", "counting/plain", "total/plain"],
        log_metric=logged.__setitem__,
    )
    assert scores == [1.0, 0.0, 1.0, None]
    assert logged == {
        "accuracy/counting/plain": 1.0,
        "accuracy/presence/plain": 0.5,
        "accuracy/alike/counting/plain": 1.0,
        "accuracy/alike/presence/plain": 0.0,
    }
    assert function.__name__ == "accuracy"


def test_category_means_leave_out_what_has_no_score():
    assert category_means(["a", "b", "a"], [1.0, None, 0.0]) == {"a": 0.5}


def test_what_a_reward_is_told(monkeypatch: pytest.MonkeyPatch):
    class Spy:
        def __init__(self) -> None:
            self.seen: list[Rollout] = []

        def score(self, rollout: Rollout) -> float | None:
            self.seen.append(rollout)
            return None

    spy: Reward = Spy()
    monkeypatch.setattr(rewards, "load", lambda name: spy)
    content = [{"type": "image", "text": None}, {"type": "text", "text": "how many ?"}]
    scores = trl_function("spy", Shown(opening="<think>", limit=9))(
        prompts=[[{"role": "user", "content": content}]],
        completions=[[{"role": "assistant", "content": "never closed 5"}]],
        completion_ids=[[1, 2, 3]],
        target=["5"],
        answer_kind=["number"],
        options=[[]],
        category=["counting/plain"],
    )
    assert scores == [None]
    (rollout,) = spy.seen  # pyright: ignore[reportAttributeAccessIssue]
    assert (rollout.text, rollout.raw) == ("", "<think>never closed 5")  # all of it is reasoning
    assert (rollout.prompt, rollout.tokens, rollout.limit) == ("how many ?", 3, 9)

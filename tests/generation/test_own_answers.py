"""Rollouts become claims, claims become targets or refusals."""

from blindspot.core.model import ModelSettings
from blindspot.core.records import Completion, Failure
from generation.own_answers import (
    Asked,
    OwnAnswersSettings,
    Verified,
    rollout_requests,
    verified,
    wanted_rollouts,
)
from generation.verifier import no_judge

ASKED = Asked("How many?", ("a.png",), "number", "5")
FAILED = Failure(kind="timeout", message="too slow", retryable=True)


def settings(**changes):
    return OwnAnswersSettings(model=ModelSettings(backend="replay"), **changes)


def test_the_first_rollout_is_the_claim_in_its_own_words():
    drawn = [Completion(text="2 + 3 = 5"), Completion(text="4")]
    (found,) = verified([ASKED], [drawn], "rule", no_judge)
    assert isinstance(found, Verified)
    assert (found.answer, found.verification.accepted) == ("2 + 3 = 5", True)


def test_a_failure_stays_one_and_the_unreadable_is_refused_with_its_cause():
    cut = Completion(text="5", finish_reason="length")
    drawn = [[FAILED], [Completion(text="many")], [cut], [Completion(text="5")]]
    found = verified([ASKED] * 4, drawn, "unverified", no_judge)
    assert found[0] == FAILED
    assert [isinstance(f, Verified) and f.verification.accepted for f in found[1:]] == [
        False,
        False,
        True,
    ]


def test_a_draw_that_failed_is_no_vote_and_leaves_the_question_open():
    drawn = [Completion(text="5"), FAILED, Completion(text="5")]
    assert verified([ASKED], [drawn], "self_consistency", no_judge) == [FAILED]


def test_rollouts_are_different_draws_of_one_question():
    requests = rollout_requests(ASKED, settings(temperature=0.7, seed=3), 4)
    assert [r.repeat for r in requests] == [0, 1, 2, 3]
    assert len({r.key("model") for r in requests}) == 4
    assert {(r.prompt, r.images, r.sampling.temperature) for r in requests} == {
        ("How many?", ("a.png",), 0.7)
    }


def test_only_self_consistency_draws_more_than_the_claim():
    counts = {v: wanted_rollouts(settings(verifier=v)) for v in ("rule", "self_consistency")}
    assert counts == {"rule": 1, "self_consistency": 8}

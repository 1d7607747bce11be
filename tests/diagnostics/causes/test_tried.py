"""What probes say of one sample together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from blindspot.core.records import Attribution, Completion, Prediction, Sample
from diagnostics.causes.failed import Failed
from diagnostics.causes.tried import LUCKY, Tried, luck, verdict

SAMPLE = Sample(
    id="s",
    benchmark="b",
    question="?",
    prompt="?",
    target="A",
    answer_kind="choice",
    options=("a", "b", "c", "d"),
)


def failed(sample: Sample = SAMPLE) -> Failed:
    said = Prediction(
        sample_id=sample.id, repeat=2, completion=Completion(text="B"), score=0, grader="g"
    )
    found = Attribution(sample_id=sample.id, stage="unresolved", source="none", confidence=0)
    return Failed(sample, said, found)


def repair(name: str, turned: bool, stage: str = "perception", confidence: float = 0.8) -> Tried:
    return Tried(name, "repair", stage, confidence, (float(turned),))


def redraw(*scores: float) -> Tried:
    return Tried("resampled", "redraw", None, 0.0, scores)


UNMOVED = Tried("blind", "removal", "hallucination", 0.7, (0.0,), same=True)
STEADY = redraw(0, 0, 0, 0)


def yes_no() -> Sample:
    return SAMPLE.model_copy(update={"answer_kind": "yes_no", "options": (), "target": "yes"})


def test_luck_is_what_turns_right_by_itself_and_one_guess():
    assert luck(SAMPLE, []) == 0.25
    again = Tried("again", "control", None, 0.0, (0.0,))
    assert luck(SAMPLE, [redraw(1, 0, 0, 0), again]) == pytest.approx(1.25 / 6)
    assert luck(yes_no(), []) == 0.5
    assert luck(SAMPLE, [repair("ocr", True), UNMOVED]) == 0.25


def test_a_repair_that_turns_a_steady_sample_names_its_stage():
    found = verdict(failed(), [repair("caption", True), repair("enlarged", False), STEADY])
    assert found is not None
    assert (found.stage, found.source, found.repeat) == ("perception", "caption", 2)
    chance = 1 - (1 - 0.05) ** 2  # luck = .25 / 5; at least one of two
    assert found.confidence == pytest.approx(0.8 * (1 - chance))


def test_what_turns_right_by_itself_has_no_verdict():
    assert verdict(failed(), [repair("caption", True), redraw(1, 1, 0, 0)]) is None


def test_one_of_three_may_be_luck_where_two_are_not():
    turned = [repair("caption", True), repair("enlarged", False), repair("ocr", False)]
    open_ended = failed(SAMPLE.model_copy(update={"answer_kind": "text", "options": ()}))
    assert verdict(open_ended, turned) is None
    turned[1] = repair("enlarged", True)
    found = verdict(open_ended, turned)
    assert found is not None
    assert found.confidence == pytest.approx(0.8 * (1 - binom.sf(1, 3, 0.1)))


def test_the_repair_that_gives_least_decides():
    everything = [
        repair("caption", True, "perception"),
        repair("enlarged", True, "perception"),
        repair("ocr", True, "reading"),
        STEADY,
    ]
    decided = [verdict(failed(), [*everything[:n], STEADY]) for n in (1, 2, 3)]
    assert [(d.source, d.stage) for d in decided if d] == [
        ("caption", "perception"),
        ("enlarged", "perception"),
        ("ocr", "reading"),
    ]


def test_the_same_answer_without_the_picture_speaks_where_no_repair_turns():
    found = verdict(failed(), [repair("caption", False), UNMOVED, STEADY])
    assert found is not None
    assert (found.stage, found.source) == ("hallucination", "blind")
    assert found.confidence == pytest.approx(0.7 * 0.75)
    other = verdict(failed(), [repair("caption", True), UNMOVED, STEADY])
    assert other is not None
    assert other.source == "caption"


@pytest.mark.parametrize("tried", [[UNMOVED], [UNMOVED, STEADY], [repair("caption", True)]])
def test_yes_and_no_are_not_decided_by_what_a_coin_would_do(tried: list[Tried]):
    assert verdict(failed(yes_no()), tried) is None


def test_yes_and_no_are_decided_by_a_repair_of_a_steady_sample():
    assert verdict(failed(yes_no()), [repair("caption", True), STEADY]) is not None


def test_no_answer_is_no_repair():
    silent = Tried("caption", "repair", "perception", 0.8, (), failures=("timeout",))
    assert verdict(failed(), [silent, STEADY]) is None
    assert not silent.turned


@given(
    st.lists(st.tuples(st.sampled_from(["ocr", "caption", "x"]), st.booleans()), max_size=4),
    st.lists(st.sampled_from([0.0, 1.0]), max_size=8),
)
def test_a_verdict_is_never_likelier_chance_than_allowed(repairs, scores):
    tried = [repair(name, turned) for name, turned in repairs] + [redraw(*scores)]
    found = verdict(failed(), tried)
    if found is not None:
        assert 0.8 * (1 - LUCKY) - 1e-9 <= found.confidence <= 0.8
        assert any(turned for _, turned in repairs)
    assert found == verdict(failed(), tried[::-1])

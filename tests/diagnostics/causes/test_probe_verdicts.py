"""What probes say of single samples, and how often it is chance."""

import numpy as np
import pytest

from blindspot.core.records import Attribution, Completion, Prediction, Sample
from diagnostics.causes.failed import Failed
from diagnostics.causes.probe_verdicts import FALSE, coincidence, false_rate, verdicts
from diagnostics.causes.tried import Tried


def failed(name: str, stage: str = "unresolved", **more) -> Failed:
    fields = {"id": name, "benchmark": "b", "question": "?", "prompt": "?", "target": "A"}
    fields |= {"answer_kind": "choice", "options": ("a", "b", "c", "d")}
    sample = Sample.model_validate(fields | more)
    said = Prediction(
        sample_id=name, repeat=2, completion=Completion(text="B"), score=0, grader="g"
    )
    found = Attribution(sample_id=name, stage=stage, source="none", confidence=0)
    return Failed(sample, said, found)


def repair(name: str, turned: bool, stage: str = "perception") -> Tried:
    return Tried(name, "repair", stage, 0.8, (float(turned),))


def redraw(*scores: float) -> Tried:
    return Tried("resampled", "redraw", None, 0.0, scores)


UNMOVED = Tried("blind", "removal", "hallucination", 0.7, (0.0,), same=True)
STEADY = redraw(0, 0, 0, 0)


def of(*samples: list[Tried]) -> dict[str, dict[str, Tried]]:
    """By probe and sample id: s0, s1 …"""
    table: dict[str, dict[str, Tried]] = {}
    for i, tried in enumerate(samples):
        for each in tried:
            table.setdefault(each.probe, {})[f"s{i}"] = each
    return table


def decide(*samples: list[Tried], **more) -> dict[str, Attribution]:
    return verdicts([failed(f"s{i}", **more) for i in range(len(samples))], of(*samples))


def test_the_false_rate_of_a_hand_worked_case():
    samples = (
        [[repair("caption", True), redraw(0, 0, 0, 0, 0)]] * 40
        + [[repair("caption", False), redraw(0, 1, 0, 0, 0)]] * 10
        + [[repair("caption", False), redraw(0, 1, 1, 0, 0)]] * 7  # says nothing
        + [[repair("caption", True), redraw(0, 1, 0, 0, 0)]] * 3  # neither
        + [[repair("caption", True)]] * 5  # no control
    )
    assert false_rate("caption", samples) == pytest.approx((10 / 5 + 1 / 5) / 40)
    assert false_rate("enlarged", samples) == 1.0


def test_controls_count_by_their_answers():
    again = Tried("again", "control", None, 0.0, (0.0,))
    samples = [[repair("caption", True), again, redraw(0, 0, 0)]] * 5
    assert false_rate("caption", samples) == pytest.approx(1 / 4 / 5)
    silent = Tried("again", "control", None, 0.0, (), failures=("timeout",))
    assert false_rate("caption", [[repair("caption", True), silent]] * 5) == 1.0


def test_a_repair_that_turns_steady_samples_names_its_stage():
    found = decide(*[[repair("caption", True), STEADY]] * 5)
    assert list(found) == [f"s{i}" for i in range(5)]
    assert (found["s0"].stage, found["s0"].source, found["s0"].repeat) == (
        "perception",
        "caption",
        2,
    )
    assert found["s0"].confidence == pytest.approx(0.8 * (1 - 1 / 4 / 5))


@pytest.mark.parametrize("scores", [(), (1, 0, 0, 0)])
def test_what_is_not_known_to_be_steady_has_no_verdict(scores):
    steady = [[repair("caption", True), STEADY]] * 5
    assert "s5" not in decide(*steady, [repair("caption", True), UNMOVED, redraw(*scores)])


def test_one_turn_alone_may_be_chance():
    assert decide([repair("caption", True), STEADY]) == {}


def test_a_repair_no_better_than_a_control_decides_nothing():
    turned = [[repair("caption", True), STEADY]] * 10
    by_itself = [[repair("caption", False), redraw(1, 0, 0, 0)]] * 10
    assert decide(*turned, *by_itself) == {}  # (10/4 + 1/4) / 10 = .275


def test_the_repair_that_gives_least_decides():
    caption, enlarged = repair("caption", True), repair("enlarged", True)
    ocr = repair("ocr", True, "reading")
    samples = [[caption, STEADY]] * 5 + [[caption, enlarged, STEADY]] * 5
    found = decide(*samples, *[[caption, enlarged, ocr, STEADY]] * 5)
    assert [(found[f"s{i}"].source, found[f"s{i}"].stage) for i in (0, 5, 10)] == [
        ("caption", "perception"),
        ("enlarged", "perception"),
        ("ocr", "reading"),
    ]


def test_the_same_answer_without_the_picture_speaks_where_no_repair_turns():
    found = decide([repair("caption", False), UNMOVED, STEADY])
    assert (found["s0"].stage, found["s0"].source) == ("hallucination", "blind")
    assert found["s0"].confidence == pytest.approx(0.7 * 0.75)
    turned = decide(*[[repair("caption", True), UNMOVED, STEADY]] * 5)
    assert {v.source for v in turned.values()} == {"caption"}


def test_yes_and_no_are_not_decided_by_what_a_coin_would_do():
    yes_no = {"answer_kind": "yes_no", "options": (), "target": "yes"}
    assert decide([UNMOVED, STEADY], **yes_no) == {}
    assert len(decide(*[[repair("caption", True), STEADY]] * 5, **yes_no)) == 5


def test_no_answer_is_no_repair():
    silent = Tried("caption", "repair", "perception", 0.8, (), failures=("timeout",))
    assert decide([silent, STEADY]) == {}
    assert not silent.turned


def test_what_a_rule_resolved_stays_and_still_tells_of_chance():
    steady = [repair("caption", True), STEADY]
    known = [failed(f"s{i}", "calculation") for i in range(4)]
    assert list(verdicts([*known, failed("s4")], of(*[steady] * 5))) == ["s4"]


def test_coincidence_is_likelier_the_fewer_answers_there_are():
    more = [{"answer_kind": "yes_no"}, {"options": ("a", "b", "c")}, {"answer_kind": "number"}]
    rates = [coincidence(failed("s", **m).sample) for m in (*more, {"answer_kind": "text"})]
    assert rates == sorted(rates, reverse=True)
    assert rates[1] == 1 / 3


@pytest.mark.parametrize("repaired", [0.0, 0.1, 0.4])
@pytest.mark.parametrize(("low", "high"), [(0.05, 0.05), (0.25, 0.25), (0.0, 0.8)])
def test_the_share_of_false_verdicts_by_simulation(repaired: float, low: float, high: float):
    """Samples that are right by themselves at rates of their own; a part is broken where the repair
    repairs. False are verdicts on the others.
    """
    rng = np.random.default_rng(0)
    false, claimed, decided = [], [], 0
    for _ in range(60):
        rates, broken = rng.uniform(low, high, 150), rng.random(150) < repaired
        rates[broken] = 0.0
        right = broken | (rng.random(150) < rates)
        draws = (rng.random((150, 5)) < rates[:, None]).astype(float)
        tried = [
            [repair("caption", bool(r)), redraw(*d)] for r, d in zip(right, draws, strict=True)
        ]
        found = [int(key[1:]) for key in decide(*tried)]
        decided += len(found)
        false.append(np.mean(~broken[found]) if found else 0.0)
        claimed.append(false_rate("caption", tried))
    assert np.mean(false) <= FALSE
    if repaired == 0.4:
        assert decided >= 0.9 * 60 * 150 * repaired
        assert np.mean(false) <= np.mean(claimed) + 2 * np.std(false) / np.sqrt(60)

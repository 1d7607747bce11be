"""T10's arithmetic on cases worked by hand, and its parts without a training."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench.tuning import (
    example_trials,
    examples_s3,
    floors,
    hallucination,
    self_training,
    start_models,
    verifiers,
)
from bench.tuning.candidates import Counts, Drawn, accepted, counts
from bench.tuning.floors import Trial, floor
from bench.tuning.self_training import Scored, gain, gained, is_right, questions
from blindspot.core.errors import StageError
from blindspot.core.records import AnswerKind, Completion, Failure, NegativePair, TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact, read_split


def trial(strength, passed, before, after, seed=0, accepted=6, right=3, too_hard=0, candidates=10):
    """Of ten candidates with ten rollouts each, `passed` in ten right; scores of ten held-out
    questions that go from `before` to `after`, with equal steps to one less.
    """
    names = [f"q{i}" for i in range(10)]
    return Trial(
        strength=strength,
        seed=seed,
        verifier="rule",
        cells={
            "a": Counts(
                candidates=candidates,
                rollouts=10 * candidates,
                right_rollouts=passed * candidates,
                too_hard=too_hard,
                band=8,
                accepted=accepted,
                right=right,
            )
        },
        before={n: float(i < before) for i, n in enumerate(names)},
        after={n: float(i < after) for i, n in enumerate(names)},
        equal={n: float(i < after - 1) for i, n in enumerate(names)},
    )


def test_a_gain_is_the_mean_over_seeds_of_paired_changes():
    value, (low, high), seeds = gain([trial("weak", 1, 2, 4), trial("weak", 1, 2, 6, seed=1)])
    assert (value, seeds) == (pytest.approx(30), [pytest.approx(20), pytest.approx(40)])
    assert low <= 30 <= high


def test_nothing_changed_is_no_gain():
    row = gained("gain", [trial("weak", 1, 2, 2)])
    assert (row.value, row.interval) == (0, (0, 0))
    assert row.met is None


def test_the_floor_lies_between_the_last_start_without_gain_and_the_first_with_one():
    found = [trial("weak", 1, 0, 0), trial("middle", 4, 0, 9), trial("strong", 8, 0, 8)]
    row = floor(found, "rule", full=True)
    assert (row.value, row.interval, row.met) == (pytest.approx(25), (10, 40), True)
    assert floor(found, "rule", full=False).met is None


def test_a_strong_start_with_nothing_left_to_learn_is_no_floor():
    full = {"too_hard": 0, "candidates": 200, "accepted": 30, "right": 30}
    found = [
        trial("weak", 1, 0, 0, accepted=0, right=0, too_hard=200, candidates=200),
        trial("middle", 4, 0, 9, **full),
        trial("strong", 9, 9, 9, **full),
    ]
    row = floor(found, "rule", full=True)
    assert (row.interval, row.met) == ((10, 40), True)
    assert "90.0 %: no gain" in row.to_beat
    watched = floors.watched(found, "rule", full=True)
    assert [(w.value, w.met) for w in watched] == [(1, True), (0, True), (0, True)]


def test_a_start_gains_where_every_seed_does():
    gains = [trial("middle", 4, 0, 9, seed=0), trial("middle", 4, 0, 9, seed=1)]
    without = [trial("weak", 1, 0, 0)]
    assert floor([*without, *gains], "rule", full=True).met
    gains[1] = trial("middle", 4, 2, 2, seed=1)
    assert floor([*without, *gains], "rule", full=True).met is False


def test_where_no_start_gains_nothing_is_asked_of_the_monitor():
    found = [trial("weak", 1, 0, 0), trial("strong", 9, 9, 9)]
    assert {row.met for row in floors.watched(found, "rule", full=True)} == {None}


@pytest.mark.parametrize(
    "afters",
    [
        (0, 0, 0),  # nobody gains
        (9, 9, 9),  # everybody does
        (9, 0, 9),  # the weakest does already
    ],
)
def test_without_a_border_the_floor_is_not_located(afters):
    names = zip(("weak", "middle", "strong"), (1, 4, 8), afters, strict=True)
    row = floor([trial(name, passed, 0, after) for name, passed, after in names], "rule", full=True)
    assert (row.value, row.met) == (None, False)
    assert "gain" in row.to_beat


def test_the_monitor_should_alarm_where_nothing_is_gained_and_nowhere_else():
    hopeless = {"accepted": 0, "right": 0, "too_hard": 200, "candidates": 200}
    weak = [trial("weak", 0, 2, 2, seed=seed, **hopeless) for seed in range(2)]
    found = [*weak, trial("middle", 4, 0, 9), trial("strong", 8, 0, 8, too_hard=1)]
    rows = floors.watched(found, "rule", full=True)
    assert [(row.value, row.met) for row in rows] == [(1, True), (0, True), (0, True)]
    assert "too hard" in rows[0].to_beat
    assert {row.met for row in floors.watched(found, "rule", full=False)} == {None}


def test_trials_come_back_from_json_as_they_were():
    made = trial("weak", 1, 2, 4)
    assert Trial.of(json.loads(json.dumps(asdict(made)))) == made


def test_the_rows_of_a_verifier():
    found = [trial(name, 4, 2, 6) for name in start_models.STRENGTHS]
    rows = floors.rows(found, "rule")
    values = [row.value for row in rows[:4]]
    assert values == [pytest.approx(v) for v in (60, 50, 40, 30)]
    assert rows[0].to_beat == "8 of 10 questions in the band"
    assert "equal steps" in rows[3].measure
    once = [replace(t, equal=None) for t in found]
    assert len(floors.rows(once, "rule")) == len(rows) - len(found)
    none = floors.rows(
        [trial(n, 4, 2, 2, accepted=0, right=0) for n in start_models.STRENGTHS], "rule"
    )
    assert none[1].value is None
    assert none[0].value == 0


def test_questions_are_drawn_again_alike_and_held_out_ones_are_reserved(tmp_path):
    folder = RunFolder(tmp_path)
    only = ("localisation", "presence")
    asked = questions(folder, "seed", 2, only=only)
    assert [q.cell for q in asked] == [
        c for c in ("localisation", "presence-absent", "presence-present") for _ in range(2)
    ]
    assert asked == questions(folder, "seed", 2, only=only)
    held = questions(folder, "seed", 2, reserved=True, only=only)
    assert not {q.asked.images for q in held} & {q.asked.images for q in asked}


def test_answers_are_graded_as_the_harness_grades(tmp_path):
    (asked,) = questions(RunFolder(tmp_path), "seed", 1, only=("localisation",))
    key = asked.asked.target
    assert is_right(asked, Completion(text=f"at {key}")) == 1
    assert is_right(asked, Completion(text=key, finish_reason="length")) == 0


def test_a_missing_answer_is_no_wrong_one():
    said = Completion(text="5")
    assert self_training.answered([said]) == [said]
    with pytest.raises(StageError, match="1 of 2 questions"):
        self_training.answered([said, Failure(kind="out_of_memory", message="", retryable=True)])


def test_no_step_is_lost_to_a_warm_up():
    told = self_training.sft(1, 0, 2e-5)
    assert (told.warmup_steps, told.sft.learning_rate) == (0, 2e-5)


def test_the_rate_is_that_of_all_starts_together():
    def piloted(*after: float) -> dict[str, Scored]:
        names = ("weak", "strong")
        return {
            n: Scored(before={"q": 0.5}, after={"q": a}) for n, a in zip(names, after, strict=True)
        }

    found = {2e-4: piloted(0.2, 0.9), 5e-5: piloted(0.6, 0.6), 2e-5: piloted(0.5, 0.7)}
    assert verifiers.chosen(found) == 2e-5
    rows = floors.piloted(found, 2e-5)
    assert [(row.value, row.to_beat.split(";")[0]) for row in rows[:3]] == [
        (pytest.approx(0), "chosen for all trials"),
        (pytest.approx(20), "chosen for all trials"),
        (pytest.approx(10), "seeds: +10.0"),
    ]


@pytest.fixture
def drawn(tmp_path):
    """Four questions that have a number as their answer, each with four rollouts."""
    asked = questions(RunFolder(tmp_path), "seed", 4, only=("counting",))[:4]
    right, wrong = asked[0].asked.target, "97"

    def said(*texts: str) -> list[Completion]:
        return [Completion(text=text) for text in texts]

    targets = [q.asked.target for q in asked]
    return [
        Drawn(asked[0], said(wrong, right, right, wrong)),
        Drawn(asked[1], said("97", "98", "97", targets[1])),
        Drawn(asked[2], said(*[targets[2]] * 4)),  # too easy
        Drawn(asked[3], said(*["97"] * 4)),  # too hard
    ]


def test_the_band_is_the_same_for_every_verifier_and_the_first_accepted_is_taught(drawn):
    def nobody(claims):
        raise AssertionError("asked")

    rule = accepted(drawn, "rule", nobody)
    assert [(t.drawn, t.drawn.rollouts.index(t.answer)) for t in rule] == [
        (drawn[0], 1),
        (drawn[1], 3),
    ]
    free = accepted(drawn, "unverified", nobody)
    assert [t.answer.text for t in free] == ["97", "97"]
    assert accepted(drawn, "self_consistency", nobody) == []  # two of four is no majority
    agreed = Drawn(drawn[1].question, [*drawn[1].rollouts[:3], Completion(text="97")])
    assert agreed.right == 0
    assert not agreed.in_band


def test_a_judge_accepts_the_first_claim_that_says_the_same(drawn):
    target = drawn[0].question.asked.target
    judge = lambda claims: [Completion(text=target) for _ in claims]  # noqa: E731
    taught = accepted(drawn[:1], "model", judge)
    assert [t.answer for t in taught] == [drawn[0].rollouts[1]]


def test_counts_of_the_candidates(drawn):
    found = counts(drawn, accepted(drawn, "rule", lambda claims: []))
    total = Counts(*map(sum, zip(*found.values(), strict=True)))
    assert total == Counts(
        candidates=4, rollouts=16, right_rollouts=7, too_hard=1, band=2, accepted=2, right=2
    )
    free = counts(drawn, accepted(drawn, "unverified", lambda claims: []))
    assert sum(c.right for c in free.values()) == 0


def test_a_training_set_teaches_the_answers_that_were_accepted(tmp_path):
    folder = RunFolder(tmp_path)
    asked = questions(folder, "seed", 2, only=("color",))
    taught = [(asked[0], "red, says the model")]
    made = self_training.training_set(folder, tmp_path / "set", taught, {"arm": "rule"})
    (sample,) = read_split(TrainingSetArtifact(made.path), "train")
    assert (sample.target, sample.images) == ("red, says the model", asked[0].asked.images)
    assert made.manifest.counts == {"train": 1}


def test_the_shipped_model_is_not_built(tmp_path):
    recipe = start_models.STRENGTHS["strong"]
    assert start_models.checkpoint("strong", recipe, tmp_path) == start_models.SHIPPED
    assert not any(tmp_path.iterdir())


def test_a_model_that_is_there_is_not_built_again(tmp_path, monkeypatch):
    built = []

    def build(recipe, folder: Path):
        folder.mkdir(parents=True)
        built.append(recipe)

    monkeypatch.setattr(start_models, "_build", build)
    recipe = start_models.Recipe(3)
    first = start_models.checkpoint("weak", recipe, tmp_path)
    assert start_models.checkpoint("weak", recipe, tmp_path) == first
    assert built == [recipe]


# The examples' controls


def sample(number: int, target: str, kind: AnswerKind = "number") -> TrainingSample:
    return TrainingSample(
        id=f"s{number}",
        split="train",
        cell="a/b",
        question="?",
        prompt="?",
        images=(),
        target=target,
        answer_kind=kind,
        capability="a",
        image_type="b",
        source="test",
    )


def pair(number, chosen, rejected):
    return NegativePair(
        sample_id=f"s{number}", chosen=chosen, rejected=rejected, how="wrong rollout"
    )


def test_random_rejections_are_wrong_and_not_the_models_own():
    samples = [sample(0, "5"), sample(1, "7"), sample(2, "yes", "yes_no"), sample(3, "2 + 3 = 5")]
    pairs = [pair(0, "5", "7"), pair(1, "7", "5"), pair(2, "yes", "no")]
    found = hallucination.rejected_at_random(pairs, samples, seed=0)
    assert found[0].rejected == "yes"  # 7 is the model's own, 2 + 3 = 5 is right
    assert found[1].rejected in {"yes", "2 + 3 = 5"}
    assert found[2].rejected in {"5", "7", "2 + 3 = 5"}
    assert [p.chosen for p in found] == ["5", "7", "yes"]
    assert found == hallucination.rejected_at_random(pairs, samples, seed=0)


def test_chosen_answers_are_taught_once_for_each_pair():
    pairs = [pair(0, "5", "7"), pair(0, "5", "8"), pair(1, "7", "5")]
    taught = hallucination.as_samples(pairs, [sample(0, "5"), sample(1, "7")])
    assert [s.target for s in taught] == ["5", "5", "7"]
    assert len({s.id for s in taught}) == 3


def test_quotas_are_equal_over_the_cells_of_the_source():
    told = example_trials.config("hallucination-dpo", examples_s3.SMOKE)
    rows = example_trials._evenly(told.generation, 13)
    cells = {(r.capability, *sorted(r.condition.items())) for r in rows}
    assert len(cells) == len(rows)
    assert sum(r.quota for r in rows) == 13
    assert {r.quota for r in rows} <= {13 // len(rows), 13 // len(rows) + 1}


def test_a_finished_trial_is_read_not_made_again(tmp_path):
    done = Scored(before={"q": 0.0}, after={"q": 1.0})
    file = tmp_path / "seed-0" / "dpo.json"
    assert example_trials.kept(file, lambda: done) == done
    assert example_trials.kept(file, lambda: pytest.fail("made again")) == done

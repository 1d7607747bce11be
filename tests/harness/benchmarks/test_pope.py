"""POPE: its strict rule and its metrics by hand, beside lmms-eval's own aggregations."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.eleven.pope import FIXTURE
from blindspot.core import grading
from blindspot.core.records import Sample
from harness import lmms
from harness.benchmark import Scored
from harness.benchmarks import pope
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedTask:
    root = tmp_path_factory.mktemp("pope")
    benchmark = pope.PLUGIN
    assert isinstance(benchmark, LmmsBenchmark)
    own = BenchmarkSettings(name="pope", path=FIXTURE.write(root))
    return benchmark.open(own, root / "lock")


@pytest.mark.parametrize(
    ("text", "answer", "score"),
    [
        ("yes", "yes", 1.0),
        (" YES\n", "yes", 1.0),
        ("No", "no", 0.0),
        ("Yes.", None, 0.0),
        ("yes yes", None, 0.0),
        ("**yes**", None, 0.0),
        ("", None, 0.0),
    ],
)
def test_the_whole_text_must_be_the_word(
    opened: OpenedTask, text: str, answer: str | None, score: float
) -> None:
    item = next(i for i in opened.items() if i.sample.target == "yes")
    assert opened.grade(item.sample, item.doc, text) == grading.Grade(answer, score)


def test_where_the_reward_is_kinder(opened: OpenedTask) -> None:
    kinds = set()
    for item, row in zip(opened.items(), FIXTURE.rows(), strict=True):
        for kind, text in FIXTURE.completions(row).items():
            own = opened.grade(item.sample, item.doc, text)
            reward = grading.grade(text, target=item.sample.target, kind="yes_no")
            assert own is not None
            assert reward.score >= own.score
            kinds |= {kind} if reward.score > own.score else set()
    assert kinds == {"right with a full stop", "verbose", "boxed"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.sampled_from(["{" * 9999, "9**9**9", "\\frac{" * 999, "yes\x00"]))
def test_no_text_raises(opened: OpenedTask, text: str) -> None:
    item = next(opened.items())
    grade = opened.grade(item.sample, item.doc, text)
    assert grade is not None
    assert grade.score in (0.0, 1.0)


def scored(*rows: tuple[str, str | None]) -> list[Scored]:
    return [
        Scored(
            Sample(
                id="1", benchmark="b", question="q", prompt="q", target=target, answer_kind="yes_no"
            ),
            {},
            said,
            float(said == target),
        )
        for target, said in rows
    ]


def test_metrics_by_hand() -> None:
    rows = scored(("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no"), ("yes", None))
    found = pope.metrics(rows)
    assert found == pytest.approx(
        {"accuracy": 0.4, "f1": 0.4, "precision": 0.5, "recall": 1 / 3, "yes_ratio": 0.4}
    )
    assert pope.metrics(scored(("no", None)))["f1"] == 0.0


@given(st.lists(st.tuples(*[st.sampled_from(["yes", "no"])] * 2), min_size=1))
def test_metrics_are_those_of_lmms_eval_where_every_answer_is_read(
    rows: list[tuple[str, str]],
) -> None:
    utils = lmms.module("pope.utils")
    theirs = [{"score": float(t == a), "prediction": a, "ground_truth": t} for t, a in rows]
    found = pope.metrics(scored(*rows))
    assert found["accuracy"] == pytest.approx(utils.pope_aggregate_accuracy(theirs))
    assert found["f1"] == pytest.approx(utils.pope_aggregate_f1_score(theirs))
    assert found["precision"] == pytest.approx(utils.pope_aggregate_precision(theirs))
    assert found["recall"] == pytest.approx(utils.pope_aggregate_recall(theirs))


def test_the_metrics_that_differ() -> None:
    utils = lmms.module("pope.utils")
    always_no = [{"score": 0.0, "prediction": "no", "ground_truth": "yes"}]
    assert utils.pope_aggregate_yes_ratio(always_no) == 1.0
    assert pope.metrics(scored(("yes", "no")))["yes_ratio"] == 0.0
    unread = [{"score": 0.0, "prediction": "yes.", "ground_truth": "yes"}]
    read = [{"score": 1.0, "prediction": "yes", "ground_truth": "yes"}]
    assert utils.pope_aggregate_recall(read + unread) == 1.0
    assert pope.metrics(scored(("yes", "yes"), ("yes", None)))["recall"] == 0.5


def test_numbers_of_questions_begin_anew_in_every_category(opened: OpenedTask) -> None:
    samples = [item.sample for item in opened.items()]
    assert len({s.id for s in samples}) == len(samples)
    assert {s.id for s in samples} > {"pope/adversarial/1", "pope/popular/1", "pope/random/1"}
    together = {s.group for s in samples if s.id.endswith("/1")}
    assert together == {"COCO_val2014_000000310196"}


def test_another_answer_is_refused() -> None:
    row = FIXTURE.rows()[0] | {"answer": "maybe"}
    with pytest.raises(ValueError, match="neither yes nor no"):
        pope.fields(row)

"""Rule first, then the judge, or nobody; and grading again without asking."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import StageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.grading import Grade
from blindspot.core.model import ModelSettings
from blindspot.core.records import Sample
from blindspot.core.run_folder import RunFolder
from harness import own_data, suite
from harness.benchmark import Doc
from harness.settings import BenchmarkSettings, EvaluationSettings
from harness.stage import EvaluationInputs, run

ROWS = [{"id": f"s{i}", "question": f"q{i}", "target": "red"} for i in range(6)]
VERDICT = '{{"final_answer": "red", "correct": {}}}'


class Abstaining(own_data.OpenedData):
    """A rule that cannot decide what is long."""

    def grade(self, sample: Sample, doc: Doc, text: str) -> Grade | None:
        return None if len(text) > 10 else super().grade(sample, doc, text)


class NeedsJudge(own_data.OwnData):
    facts = replace(own_data.OwnData.facts, judge=True)

    def open(self, settings: BenchmarkSettings, lock: Path) -> Abstaining:
        return Abstaining(settings)


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Evaluation]:
    """Evaluate six questions: 0 and 1 right, 2 wrong, 3 and 4 for the judge, 5 a time-out."""
    monkeypatch.setattr(suite, "_benchmark", lambda settings: NeedsJudge())
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    slow = {"kind": "timeout", "message": "slow", "retryable": True}
    said = ["red", "red", "blue", "red, in my opinion", "it may be blue perhaps"]
    lines = [{"prompt": f"q{i}", "text": text} for i, text in enumerate(said)]
    answers = file(tmp_path, "answers", *lines, {"prompt": "q5", "failure": slow})

    def go(judge: ModelSettings | None = None, earlier: Any = None, name: str = "run"):
        benchmark = BenchmarkSettings(name="b", path=tmp_path / "b.jsonl")
        config = EvaluationSettings(benchmarks=(benchmark,), judge=judge, min_coverage=0.8)
        folder = RunFolder(tmp_path / name)
        out = folder.round(0).evaluation
        run(config, EvaluationInputs(folder, answers, earlier), out)
        return Evaluation(out)

    return go


def file(folder: Path, name: str, *lines: dict[str, Any]) -> ModelSettings:
    (folder / name).write_text("\n".join(map(json.dumps, lines)))
    return ModelSettings(backend="replay", checkpoint=str(folder / name))


def scores(evaluation: Evaluation) -> list[float | None]:
    return [p.score for p in evaluation.predictions()]


def test_without_a_judge_the_undecided_are_unjudged_and_keep_their_text(evaluate) -> None:
    result = evaluate()
    assert scores(result) == [1, 1, 0, None, None, None]
    fourth = result.predictions()[3]
    assert fourth.failure.kind == "unjudged"
    assert fourth.completion.text == "red, in my opinion"
    metrics = result.metrics()
    assert metrics.failures == {"timeout": 1, "unjudged": 2}
    [own] = metrics.own
    assert (own.n, own.coverage, own.value) == (3, 0.5, pytest.approx(2 / 3, abs=1e-6))
    [judged] = metrics.judged
    assert (judged.by_rule, judged.by_judge, judged.unjudged, judged.audited) == (3, 0, 2, 0)


def test_the_judge_decides_the_rest_and_is_audited(evaluate, tmp_path: Path) -> None:
    right = {"prompt": "*", "text": VERDICT.format("true")}
    result = evaluate(file(tmp_path, "judge", right))
    assert scores(result) == [1, 1, 0, 1, 1, None]
    [judged] = result.metrics().judged
    assert (judged.by_rule, judged.by_judge, judged.unjudged) == (3, 2, 0)
    assert (judged.audited, judged.agreed) == (3, 2)
    assert "judge-" in result.metrics().graders["b"]
    assert {p.grader for p in result.predictions()} == {result.metrics().graders["b"]}


def test_grading_again_asks_nothing_and_keeps_failures(evaluate, tmp_path: Path) -> None:
    first = evaluate()
    ledger = RunFolder(tmp_path / "run").ledger
    before = ledger.counts()
    (tmp_path / "run" / "round-0" / "evaluation").rename(tmp_path / "kept")
    earlier = Evaluation(tmp_path / "kept")
    again = evaluate(earlier=earlier)
    assert again.predictions() == earlier.predictions()
    assert again.artifact.manifest.facts == first.artifact.manifest.facts
    assert ledger.counts() == before


def test_what_was_never_asked_is_no_answer(evaluate) -> None:
    first = evaluate()
    with pytest.raises(StageError, match=r"only 0\.0% of the calls were answered.*request 5"):
        evaluate(earlier=first, name="fresh")


class NeedsNone(NeedsJudge):
    facts = own_data.OwnData.facts


def test_a_judge_decides_nothing_of_a_benchmark_whose_grader_does_not_name_it(
    evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "_benchmark", lambda settings: NeedsNone())
    right = {"prompt": "*", "text": VERDICT.format("true")}
    result = evaluate(file(tmp_path, "judge", right))
    assert scores(result) == [1, 1, 0, None, None, None]
    assert "judge-" not in result.metrics().graders["b"]
    failure = result.predictions()[3].failure
    assert failure is not None
    assert failure.message == "the benchmark's own scoring could not decide"

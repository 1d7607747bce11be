"""What is paired, what is left out and why, and what is refused, on real artifacts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from blindspot.comparison import compare
from blindspot.core.artifact import Draft
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Metrics
from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.tables import write_records
from blindspot.pairing import Scope, locate, matched, read


def sample(name: str, **more: Any) -> Sample:
    fields = {
        "id": name,
        "benchmark": "b",
        "question": "How many?",
        "prompt": "How many?",
        "images": (f"{name}.png",),
        "target": "3",
        "answer_kind": "number",
        "half": "held_out",
    }
    return Sample.model_validate(fields | more)


def scored(name: str, score: float, grader: str = "core-1", repeat: int = 0) -> Prediction:
    answer = "3" if score else "4"
    said = Completion(text=answer)
    return Prediction(
        sample_id=name, repeat=repeat, completion=said, answer=answer, score=score, grader=grader
    )


def failed(name: str, kind: str, repeat: int = 0) -> Prediction:
    failure = Failure.model_validate({"kind": kind, "message": "no answer", "retryable": True})
    return Prediction(sample_id=name, repeat=repeat, failure=failure, grader="core-1")


def write(
    out: Path,
    samples: Sequence[Sample],
    predictions: Sequence[Prediction],
    config: Mapping[str, Any] | None = None,
) -> Path:
    """A real evaluation artifact; each folder is a model of its own."""
    draft = Draft(out, "evaluation", config or {}, {})
    write_records(draft.path / "samples.parquet", samples, Sample)
    write_records(draft.path / "predictions.parquet", predictions, Prediction)
    metrics = Metrics(
        graders={"b": "core-1"},
        model=str(out),
        overall=(),
        benchmarks=(),
        categories=(),
        coverage=1.0,
    )
    (draft.path / "metrics.json").write_text(json.dumps(metrics.model_dump(mode="json")))
    return draft.publish().path


def plain(out: Path, names: Sequence[str] = ("s0", "s1"), score: float = 1.0, **more: Any) -> Path:
    return write(out, [sample(n, **more) for n in names], [scored(n, score) for n in names])


def refused(a: Path, b: Path, half: Scope = "both") -> str:
    with pytest.raises(DataError) as caught:
        compare(read(a), read(b), half)
    return str(caught.value)


def test_a_run_a_round_and_an_evaluation(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for number in (0, 2, 10):
        plain(run / f"round-{number}" / "evaluation")
    (run / "round-11" / "evaluation.tmp").mkdir(parents=True)
    (run / "manifest.json").write_text("{}")
    last = run / "round-10" / "evaluation"
    assert [locate(p) for p in (run, last.parent, last)] == [last] * 3
    assert locate(run / "round-2") == run / "round-2" / "evaluation"
    assert [read(locate(p)).side.round for p in (run, run / "round-2")] == [10, 2]
    assert read(plain(tmp_path / "elsewhere")).side.round is None


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_an_evaluation(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="Give RUN, RUN/round-N or RUN/round-N/evaluation"):
        locate(tmp_path / name)


def test_another_kind_of_artifact(tmp_path: Path) -> None:
    path = Draft(tmp_path / "diagnosis", "diagnosis", {}, {}).publish().path
    with pytest.raises(DataError, match="it is a diagnosis"):
        read(locate(path))


def test_what_is_left_out_and_why(tmp_path: Path) -> None:
    names = [f"s{i}" for i in range(6)]
    a = [scored("s0", 1), failed("s1", "timeout"), failed("s2", "server"), scored("s3", 0)]
    b = [scored("s0", 1), failed("s1", "image"), scored("s2", 1), scored("s5", 0)]
    found = compare(
        read(write(tmp_path / "a", [sample(n) for n in names[:4]], a)),
        read(write(tmp_path / "b", [sample(n) for n in (*names[:4], "s5")], b)),
        "both",
    )
    row = found.benchmarks[0]
    assert (row.n, row.unanswered, row.only_a, row.only_b) == (1, 3, 0, 1)
    assert row.unanswered_a == {"server": 1, "timeout": 1}
    assert row.unanswered_b == {"image": 1, "never asked": 1}
    assert found.overall.unanswered_b == row.unanswered_b


def test_failed_repeats_are_left_out_of_the_mean(tmp_path: Path) -> None:
    a = [scored("s0", 1, repeat=0), failed("s0", "timeout", repeat=1)]
    b = [scored("s0", 0, repeat=1), scored("s0", 1, repeat=0)]
    both = [read(write(tmp_path / n, [sample("s0")], rows)) for n, rows in (("a", a), ("b", b))]
    row = compare(both[0], both[1], "both").benchmarks[0]
    assert (row.a, row.b, row.unanswered) == (1, 0.5, 0)


def test_a_half(tmp_path: Path) -> None:
    names = ("s0", "s1", "s2")
    halves = [("held_out", "held_out", "diagnosis"), ("held_out", "diagnosis", "diagnosis")]
    sides = [
        read(
            write(
                tmp_path / f"{i}",
                [sample(n, half=h) for n, h in zip(names, own, strict=True)],
                [scored(n, float(i)) for n in names],
            )
        )
        for i, own in enumerate(halves)
    ]
    rows = {
        half: compare(sides[0], sides[1], half).benchmarks[0]
        for half in ("held_out", "diagnosis", "both")
    }
    assert {half: (r.n, r.other_half) for half, r in rows.items()} == {
        "held_out": (1, 1),
        "diagnosis": (1, 1),
        "both": (3, 0),
    }
    assert (rows["held_out"].only_a, rows["held_out"].only_b) == (0, 0)


def test_other_graders_are_refused(tmp_path: Path) -> None:
    a = plain(tmp_path / "a")
    b = write(
        tmp_path / "b",
        [sample("s0"), sample("s1")],
        [scored("s0", 1, grader="core-2"), scored("s1", 1, grader="core-2")],
    )
    sentence = refused(a, b)
    assert "The scores of b cannot be compared" in sentence
    assert "A was graded by core-1, B by core-2" in sentence
    assert "--regrade" in sentence


def test_another_grader_of_what_is_not_compared_is_none(tmp_path: Path) -> None:
    samples = [sample("s0"), sample("x", benchmark="c")]
    a = write(tmp_path / "a", samples, [scored("s0", 1), scored("x", 1, grader="core-2")])
    assert compare(read(a), read(plain(tmp_path / "b")), "both").overall.n == 1


def test_failures_have_no_grader(tmp_path: Path) -> None:
    samples, rows = [sample("s0"), sample("s1")], [scored("s0", 1, grader="core-2")]
    a = write(tmp_path / "a", samples, [*rows, failed("s1", "timeout")])
    b = write(tmp_path / "b", samples, [*rows, scored("s1", 1, grader="core-2")])
    assert compare(read(a), read(b), "both").overall.n == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"question": "How few?"}, 'question was "How many?", now "How few?"'),
        ({"target": "5"}, 'target was "3", now "5"'),
        ({"images": ("other.png",)}, 'images was ["s0.png"], now ["other.png"]'),
        ({"options": ("x", "y")}, 'options was [], now ["x","y"]'),
    ],
)
def test_a_benchmark_that_changed_is_refused(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    found = refused(plain(tmp_path / "a", ("s0",)), plain(tmp_path / "b", ("s0",), **change))
    assert "The benchmark b is not the same in A and B: of the sample 's0', " + sentence in found


def test_another_prompt_is_only_noted(tmp_path: Path) -> None:
    a = write(
        tmp_path / "a",
        [sample("s0")],
        [scored("s0", 1)],
        {"sampling": {"max_tokens": 16, "temperature": 0}},
    )
    b = write(
        tmp_path / "b",
        [sample("s0", prompt="Think.")],
        [scored("s0", 1)],
        {"sampling": {"max_tokens": 512, "temperature": 0}},
    )
    notes = compare(read(a), read(b), "both").notes
    assert "Asked differently: 1 of 1 samples had another prompt." in notes
    assert "Asked differently: sampling.max_tokens was 16, now 512." in notes


def test_other_suites_are_refused(tmp_path: Path) -> None:
    a = plain(tmp_path / "a")
    assert "A has b, B has c" in refused(a, plain(tmp_path / "c", benchmark="c"))
    assert "no sample is in both" in refused(a, plain(tmp_path / "d", ("t0",)))


def test_nothing_answered_in_both_is_refused(tmp_path: Path) -> None:
    a = plain(tmp_path / "a", ("s0",))
    b = write(tmp_path / "b", [sample("s0")], [failed("s0", "timeout")])
    assert "no sample of either half was answered in both" in refused(a, b)
    held_out = refused(a, plain(tmp_path / "c", ("s0",)), "diagnosis")
    assert "no sample of the diagnosis half was answered in both" in held_out
    assert "--half" in held_out


def test_an_evaluation_against_itself_is_refused(tmp_path: Path) -> None:
    a = plain(tmp_path / "a")
    assert "Name two rounds" in refused(a, tmp_path / "." / "a")


def test_clusters_are_the_components_of_pictures_and_groups(tmp_path: Path) -> None:
    shared = [sample("s0", component="c"), sample("s1", component="c"), sample("s2")]
    scores = [scored(s.id, 1) for s in shared]
    a, b = (read(write(tmp_path / n, shared, scores)) for n in "ab")
    assert matched("b", a, b, "both").clusters == ["c", "c", "s2.png"]

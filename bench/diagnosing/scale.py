"""D11 and D12: what a diagnosis of 100,000 samples costs, and that their order does not matter.

An evaluation of eleven benchmarks, 60 categories, six attributes, questions of fifteen words,
answers of 300 characters and pictures that up to five questions share is written to disk; the whole
stage (`diagnostics.stage.run`) reads and diagnoses it in a process of its own, at the settings'
defaults. Every sample is of the diagnosis half. The rows are then written in another order and
diagnosed again, in a process with another hash seed: `diagnosis.json` must be the same to the byte.
A third evaluation has answers of 10,000 characters.

    python -m bench.diagnosing.scale FOLDER EVALUATION OUT      what such a process runs

EvalTree's clustering (50 s for 2,000 items, measured before this project) is not rebuilt: its
stand-in is one agglomerative tree over as many vectors, whose distances alone take memory in the
square of the samples. Time and memory are absolute and belong to the machine, whose cores are
named.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.cluster.hierarchy import linkage

from bench.diagnosing.draws import row
from bench.extent import Extent
from bench.processes import End, log, reap, start
from bench.rows import Row, number
from blindspot.core.artifact import Draft
from blindspot.core.errors import StageError
from blindspot.core.evaluation import Metrics
from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings
from diagnostics.stage import run

SMOKE, FULL = 1_500, 100_000
BENCHMARKS: Final = 11
CAPABILITIES: Final = (
    *("counting", "ocr", "spatial", "chart_reading", "geometry"),
    *("science", "knowledge", "recognition", "arithmetic", "presence"),
)
IMAGE_TYPES: Final = (
    *("geometric", "chart_graph", "text_dense"),
    *("natural_scene", "diagram", "everyday_object"),
)
ATTRIBUTES: Final = tuple(f"attribute {i}" for i in range(6))
WORDS: Final = 15
PER_PICTURE: Final = 5
"""Questions on a picture of the odd benchmarks; one on those of the even ones."""
LOST: Final = 0.01
"""Part of the requests without an answer."""
ANSWER: Final = "The picture shows several things, of which I looked at each in turn. " * 4
LONG: Final = ANSWER * 36
SECONDS, GIGABYTES = 60.0, 2.0
ITEMS, LENGTH = 2_000, 1_536
"""Of the stand-in for EvalTree's clustering."""
_LOWER: Final = {"higher_is_better": False}


@dataclass(frozen=True)
class Diagnosed:
    """One diagnosis in its own process."""

    end: End
    json: bytes


def measure(extent: Extent) -> list[Row]:
    """Seconds, memory, and whether two orders give the same bytes."""
    count = FULL if extent.full else SMOKE
    first, second = (diagnosed(extent.work / f"order-{i}", count, i) for i in range(2))
    long = diagnosed(extent.work / "long", count, 0, LONG)
    where = f"{count:,} samples on {os.cpu_count()} cores"
    return [
        *cost_rows(where, [first.end, second.end], count),
        *long_rows(f"{where}, answers of {len(LONG):,} characters", long.end),
        order_row(count, first, second),
    ]


def diagnosed(folder: Path, count: int, order: int, answer: str = ANSWER) -> Diagnosed:
    """The same samples in an order of their own, written, read and diagnosed."""
    evaluation, out = folder / "evaluation", folder / "diagnosis"
    if not evaluation.exists():
        write(evaluation, count, order, answer)
    begun = time.monotonic()
    script = [sys.executable, "-m", "bench.diagnosing.scale"]
    child = start([*script, str(folder), str(evaluation), str(out)], folder)
    end = reap(child, begun)
    if child.returncode:
        raise StageError("The diagnosis", log(folder)[-500:], "See the log above")
    return Diagnosed(end, (out / "diagnosis.json").read_bytes())


def write(path: Path, count: int, order: int, answer: str = ANSWER) -> None:
    """An evaluation whose rows stand in the order of a seed."""
    draft = Draft(path, "evaluation", {"n": count}, {})
    pairs = list(answered(count, answer))
    shuffled = [pairs[i] for i in np.random.default_rng(order).permutation(count)]
    write_records(draft.path / "samples.parquet", [s for s, _ in shuffled], Sample)
    write_records(draft.path / "predictions.parquet", [p for _, p in shuffled], Prediction)
    nothing = Metrics(graders={}, model="m", overall=(), benchmarks=(), categories=(), coverage=1)
    (draft.path / "metrics.json").write_text(nothing.model_dump_json())
    draft.publish()


def answered(count: int, answer: str = ANSWER) -> Iterator[tuple[Sample, Prediction]]:
    """Samples and what was answered. Every category has a pass rate of its own."""
    rng = np.random.default_rng(0)
    cells = [(c, t) for c in CAPABILITIES for t in IMAGE_TYPES]
    rates = rng.uniform(0.4, 0.95, len(cells))
    vocabulary = [f"{a}{b}" for a in ("ka", "lo", "mi", "ru") for b in map(str, range(500))]
    frequency = 1 / np.arange(1, len(vocabulary) + 1)
    said = rng.choice(vocabulary, (count, WORDS), p=frequency / frequency.sum())
    values = rng.choice(4, (count, len(ATTRIBUTES)), p=(0.4, 0.3, 0.2, 0.1))
    luck = rng.random((count, 2))
    for i in range(count):
        benchmark = i % BENCHMARKS
        picture = i // BENCHMARKS // (PER_PICTURE if benchmark % 2 else 1)
        cell = picture % len(cells)
        sample = _sample(i, benchmark, picture, cells[cell], said[i].tolist(), values[i].tolist())
        yield sample, _prediction(sample, answer, luck[i, 0] < rates[cell], luck[i, 1] < LOST)


def cost_rows(where: str, ends: Sequence[End], count: int) -> list[Row]:
    """Over both runs; there are too few for an interval, so it is their range."""
    walls = [end.wall for end in ends]
    memory = [end.memory / 1e9 for end in ends]
    seconds, gigabytes = f"seconds, {where}", f"peak memory in GB, {where}"
    tree = number(tree_seconds())
    alone = f"Ward's tree of {ITEMS:,} vectors alone {tree} s"
    needs = f"Ward's tree of {count:,} vectors {number(4e-9 * count**2)} GB"
    return [
        row("D11", seconds, _range(walls), SECONDS, **_LOWER, precision=20, to_beat=alone),
        row("D11", gigabytes, _range(memory), GIGABYTES, **_LOWER, precision=0.5, to_beat=needs),
    ]


def long_rows(where: str, end: End) -> list[Row]:
    """Of one run; the page sets no target for the time."""
    gigabytes = end.memory / 1e9
    met = gigabytes <= GIGABYTES
    return [
        Row("D11", f"seconds, {where}", end.wall, None, "printed"),
        Row("D11", f"peak memory in GB, {where}", gigabytes, None, f"≤ {GIGABYTES:g}", "–", met),
    ]


def tree_seconds() -> float:
    """Of one tree over vectors as long as a sentence embedding."""
    vectors, begun = np.random.default_rng(0).normal(size=(ITEMS, LENGTH)), time.monotonic()
    linkage(vectors, "ward")
    return time.monotonic() - begun


def order_row(count: int, first: Diagnosed, second: Diagnosed) -> Row:
    same = first.json == second.json
    name = f"diagnosis.json of {count:,} samples in two orders is the same to the byte"
    return Row("D12", name, float(same), None, "1", "–", same)


def _range(values: Sequence[float]) -> tuple[float, tuple[float, float]]:
    return float(np.mean(values)), (min(values), max(values))


def _sample(
    i: int,
    benchmark: int,
    picture: int,
    cell: tuple[str, str],
    said: Sequence[str],
    values: Sequence[int],
) -> Sample:
    name = f"suite{benchmark:02d}"
    question = " ".join(said) + "?"
    return Sample(
        id=f"{name}/{i:06d}",
        benchmark=name,
        question=question,
        prompt=question,
        images=(f"{name}-{picture:06d}.png",),
        target="3",
        answer_kind="number" if i % 3 else "text",
        capability=cell[0],
        image_type=cell[1],
        attributes={k: f"value {v}" for k, v in zip(ATTRIBUTES, values, strict=True)},
    )


def _prediction(sample: Sample, said: str, right: bool, lost: bool) -> Prediction:
    if lost:
        failure = Failure(kind="timeout", message="no answer", retryable=True)
        return Prediction(sample_id=sample.id, failure=failure, grader="bench")
    answer = "3" if right else "4"
    whole = Completion(text=f"{said}So it is {answer}.")
    return Prediction(
        sample_id=sample.id, completion=whole, answer=answer, score=float(right), grader="bench"
    )


def main(folder: str, evaluation: str, out: str) -> None:
    inputs = DiagnosisInputs(RunFolder(Path(folder)), Path(evaluation), 0)
    run(DiagnosticsSettings(), inputs, Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])

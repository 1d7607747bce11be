"""A factory of real evaluation folders, and planted worlds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from blindspot.core.artifact import Draft
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.evaluation import Metrics
from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings

CELLS = (
    ("counting", "geometric"),
    ("ocr", "text_dense"),
    ("chart_reading", "chart_graph"),
    ("spatial", "everyday_object"),
)


def sample(i: int, capability: str = "counting", image_type: str = "geometric", **more) -> Sample:
    """A sample of its own picture, overridden by `more`."""
    fields = {
        "id": f"s{i:06d}",
        "benchmark": "tiny",
        "question": f"How many of kind {i % 7}?",
        "prompt": "…",
        "images": (f"{i:064x}.png",),
        "target": "3",
        "answer_kind": "number",
        "capability": capability,
        "image_type": image_type,
    }
    return Sample.model_validate(fields | more)


def answered(s: Sample, score: float, **more) -> Prediction:
    """A prediction with this score, overridden by `more`."""
    right = score >= 0.5
    fields = {
        "sample_id": s.id,
        "completion": Completion(text="3" if right else "4"),
        "answer": "3" if right else "4",
        "score": score,
        "grader": "core-1",
    }
    return Prediction.model_validate(fields | more)


def failed(s: Sample, kind: str = "timeout", repeat: int = 0) -> Prediction:
    """A request without an answer."""
    failure = Failure.model_validate({"kind": kind, "message": "no answer", "retryable": True})
    return Prediction(sample_id=s.id, repeat=repeat, failure=failure, grader="core-1")


@dataclass
class World:
    """Makes evaluations and diagnoses below one folder."""

    root: Path
    made: int = 0

    def evaluation(self, samples: Sequence[Sample], predictions: Sequence[Prediction]) -> Path:
        """Write a real evaluation artifact."""
        self.made += 1
        draft = Draft(self.root / f"evaluation-{self.made}", "evaluation", {"n": self.made}, {})
        write_records(draft.path / "samples.parquet", samples, Sample)
        write_records(draft.path / "predictions.parquet", predictions, Prediction)
        metrics = Metrics(
            graders={"tiny": "core-1"},
            model="m",
            overall=(),
            benchmarks=(),
            categories=(),
            coverage=1.0,
        )
        (draft.path / "metrics.json").write_text(json.dumps(metrics.model_dump(mode="json")))
        return draft.publish().path

    def diagnose(
        self, evaluation: Path, *, settings: dict | None = None, round: int = 0, **inputs
    ) -> Path:
        """Run the stage; fields of DiagnosisInputs as keywords."""
        self.made += 1
        config = DiagnosticsSettings.model_validate({"shuffles": 5} | (settings or {}))
        given = DiagnosisInputs(RunFolder(self.root), evaluation, round, **inputs)
        from diagnostics.stage import run

        return run(config, given, self.root / f"diagnosis-{self.made}").path

    def diagnosis(
        self, samples: Sequence[Sample], predictions: Sequence[Prediction], **more
    ) -> Diagnosis:
        """Evaluate, diagnose and read."""
        return DiagnosisArtifact(
            self.diagnose(self.evaluation(samples, predictions), **more)
        ).diagnosis()


RateOf = Callable[[Sample], float]


def planted(rate: RateOf, *, per_cell: int = 150, seed: int = 0):
    """Four categories, each with bars = 2 … 5 and colour = red, blue; outcomes drawn at `rate`.
    Every other sample is held out.
    """
    rng = np.random.default_rng(seed)
    samples = []
    for capability, image_type in CELLS:
        for _ in range(2 * per_cell):
            attributes = {
                "bars": str(int(rng.integers(2, 6))),
                "colour": str(rng.choice(["red", "blue"])),
            }
            half = "held_out" if len(samples) % 2 else "diagnosis"
            samples.append(
                sample(len(samples), capability, image_type, attributes=attributes, half=half)
            )
    return samples, [answered(s, float(rng.random() < rate(s))) for s in samples]


class Make:
    """The factories, as a fixture: tests cannot import one another."""

    sample = staticmethod(sample)
    answered = staticmethod(answered)
    failed = staticmethod(failed)
    planted = staticmethod(planted)


@pytest.fixture
def make() -> type[Make]:
    return Make


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)

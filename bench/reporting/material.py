"""What a synthetic run's evaluations are made of: questions, answers by round, pictures.

The samples are D11's (`bench.diagnosing.scale`): eleven benchmarks, 60 categories, questions of
fifteen words, answers of 300 characters; here half of each benchmark is held out, every sample is
a cluster of its own, and pictures exist. From round to round some wrong answers become right and
fewer right ones wrong. The pictures are noise whose amplitude falls with frequency as a
photograph's does, 640 × 480 pixels, so that a thumbnail weighs what one of a photograph weighs.
"""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from bench.diagnosing.scale import BENCHMARKS, answered
from blindspot.core.images import ImageStore
from blindspot.core.records import Attribution, Axis, Completion, Label, Prediction, Sample

SIZE: Final = (480, 640)
LEARNED: Final = 0.15
FORGOTTEN: Final = 0.03
"""Part of the wrong answers that become right from round to round, and of the right, wrong."""
STAGES: Final = ("perception", "reading", "reasoning", "format")


def pictures(store: ImageStore, count: int) -> list[str]:
    """Names of different pictures."""
    rng = np.random.default_rng(5)
    return [store.put(_photograph(rng)) for _ in range(count)]


def asked(count: int, names: Sequence[str], attack: str = "") -> tuple[list[Sample], list[bool]]:
    """Samples of both halves and whether the first answer to each is right; `attack` stands in
    every text that a data set brings.
    """
    pairs = [(_placed(i, s, names, attack), p) for i, (s, p) in enumerate(answered(count))]
    return [s for s, _ in pairs], [p.score == 1 for _, p in pairs]


def predictions(
    samples: Sequence[Sample], right: Sequence[bool], attack: str = ""
) -> list[Prediction]:
    """Answers as D11's; `attack` stands in every text that a model says."""
    said = next(p.completion.text for _, p in answered(1) if p.completion)
    return [_prediction(s, ok, said, attack) for s, ok in zip(samples, right, strict=True)]


def next_round(right: Sequence[bool], number: int) -> list[bool]:
    """Which answers are right after one more round."""
    luck = np.random.default_rng(number).random(len(right))
    return [bool(x >= FORGOTTEN if ok else x < LEARNED) for ok, x in zip(right, luck, strict=True)]


def attributions(samples: Sequence[Sample], found: Sequence[Prediction]) -> list[Attribution]:
    """A stage for every failed sample of the diagnosis half."""
    return [
        Attribution(
            sample_id=sample.id,
            stage=STAGES[i % len(STAGES)],
            source="rules",
            confidence=0.5 + i % 49 / 100,
            evidence="So it is 4",
        )
        for i, (sample, p) in enumerate(zip(samples, found, strict=True))
        if sample.half == "diagnosis" and p.score == 0
    ]


def labels(samples: Sequence[Sample]) -> list[Label]:
    """What each sample states itself, on both axes."""
    found = []
    for s in samples:
        found.append(_label(s, "capability", s.capability))
        found.append(_label(s, "image_type", s.image_type))
    return found


def _label(sample: Sample, axis: Axis, term: str) -> Label:
    return Label(sample_id=sample.id, axis=axis, term=term, weight=1, source="own", confidence=1)


def _placed(i: int, sample: Sample, names: Sequence[str], attack: str) -> Sample:
    """In one of the halves, with a picture that exists."""
    group = i // BENCHMARKS // 2
    changes: dict[str, object] = {
        "images": (names[i % len(names)],),
        "half": "held_out" if group % 2 else "diagnosis",
        "component": sample.id,
    }
    if attack:
        texts = {k: f"{getattr(sample, k)}{attack}" for k in ("id", "question", "benchmark")}
        options = {"options": (attack, "4"), "answer_kind": "choice", "target": "A"}
        changes |= {**texts, **options, "image_type": f"{sample.image_type}{attack}"}
    return sample.model_copy(update=changes)


def _prediction(sample: Sample, right: bool, said: str, attack: str) -> Prediction:
    answer = sample.target if right else f"4{attack}"
    return Prediction(
        sample_id=sample.id,
        completion=Completion(text=f"{attack}{said} So it is {answer}."),
        answer=answer,
        score=float(right),
        grader=f"bench{attack}",
    )


def _photograph(rng: np.random.Generator) -> bytes:
    """Noise with an amplitude of one over the frequency, as JPEG."""
    fy, fx = np.fft.fftfreq(SIZE[0])[:, None], np.fft.rfftfreq(SIZE[1])[None, :]
    falling = 1 / np.maximum(np.hypot(fy, fx), 1 / max(SIZE))
    grey, tint = (np.fft.irfft2(_phases(rng, falling.shape) * falling, SIZE) for _ in range(2))
    layers = [_spread(grey + part * tint) for part in (0.3, 0.0, -0.3)]
    buffer = io.BytesIO()
    Image.fromarray(np.stack(layers, axis=-1)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _phases(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.exp(2j * np.pi * rng.random(shape))


def _spread(layer: np.ndarray) -> np.ndarray:
    """Around a middle grey, two standard deviations to each end."""
    return np.clip(128 + 64 * layer / layer.std(), 0, 255).astype(np.uint8)

"""Questions, answers and the evaluation of a small run; one category is weak, one is strong.

    tiny/counting/diagnosis/007   right from round 0 on: 7 of 20, then 9, then 11

The files are the real ones; the model is a rule. It asks nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from blindspot.core.artifact import Draft
from blindspot.core.evaluation import Metrics, Rate
from blindspot.core.images import encode
from blindspot.core.records import Completion, Failure, Half, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson
from blindspot.core.tables import write_records

HALVES: Final[tuple[Half, ...]] = ("diagnosis", "held_out")
LEVELS: Final = {
    ("arithmetic", "text_dense"): 18,
    ("chart_reading", "chart_graph"): 15,
    ("counting", "geometric"): 7,
    ("color", "everyday_object"): 20,
    ("ocr", "text_dense"): 9,
    ("presence", "everyday_object"): 19,
    ("spatial", "diagram"): 13,
}
"""Of 20 samples per half, how many round 0 gets right; each later round gets two more right."""
SIZE: Final = 20


@dataclass(frozen=True)
class World:
    """What a run is like; its texts may be hostile."""

    question: str = "How many shapes are there?"
    completion: str = "I count 1, 2, 3 shapes, so the answer is 3"
    weakness: str = "counting in geometric pictures"
    option: str = "seven"
    prefix: str = "tiny"
    """How every sample's id begins."""
    fact: str = "validation did not fall"
    weak: bool = True
    """Whether any weakness is supported."""
    rounds: int = 2
    complete: bool = False
    """Whether the last round has a training set and a checkpoint too."""


def tiny(i: int) -> Image.Image:
    """48 pixels of coloured squares, another picture for every number."""
    image = Image.new("RGB", (48, 48), "white")
    image.putpixel((47, 47), (i, i, i))
    pen = ImageDraw.Draw(image)
    for k in range(i % 5 + 1):
        x, y = 4 + 15 * (k % 3), 6 + 20 * (k // 3)
        pen.rectangle((x, y, x + 9, y + 9), fill=("red", "blue", "green", "orange")[(i + k) % 4])
    return image


def large(i: int) -> Image.Image:
    """A bar chart of 640 × 480 pixels."""
    image = Image.new("RGB", (640, 480), "white")
    pen = ImageDraw.Draw(image)
    for k in range(5):
        top = 60 + (37 * (i + 3) * (k + 1)) % 340
        pen.rectangle((60 + 110 * k, top, 130 + 110 * k, 440), fill=(30 + 40 * k, 90, 180))
    pen.line((40, 440, 620, 440), fill="black", width=3)
    return image


def samples(folder: RunFolder, world: World) -> list[Sample]:
    """All samples; two share a picture."""
    found = []
    for c, (capability, image_type) in enumerate(LEVELS):
        draw = large if image_type == "chart_graph" else tiny
        names = [folder.images.put(encode(draw(10 * c + i))) for i in range(6)]
        for half in HALVES:
            for i in range(SIZE):
                found.append(_sample(capability, image_type, half, i, names[i % 6], world))
    return found


def _sample(
    capability: str, image_type: str, half: Half, i: int, image: str, world: World
) -> Sample:
    choice = capability == "chart_reading"
    return Sample(
        id=f"{world.prefix}/{capability}/{half}/{i:03d}",
        benchmark="charts" if choice else "tiny",
        question=world.question,
        prompt=f"{world.question} Answer briefly.",
        images=(image,),
        options=("three", "five", world.option) if choice else (),
        target="C" if choice else "4",
        answer_kind="choice" if choice else "number",
        capability=capability,
        image_type=image_type,
        half=half,
    )


def _right(sample: Sample, number: int) -> bool:
    level = LEVELS[(sample.capability, sample.image_type)]
    return int(sample.id[-3:]) < min(SIZE, level + 2 * number)


def _predict(sample: Sample, number: int, world: World) -> Prediction:
    if sample.id.endswith("/color/held_out/000"):
        failure = Failure(kind="timeout", message="no answer in 60 s", retryable=True)
        return Prediction(sample_id=sample.id, failure=failure, grader="rules/1")
    right = _right(sample, number)
    text = f"The answer is {sample.target}" if right else world.completion
    return Prediction(
        sample_id=sample.id,
        completion=Completion(text=text, finish_reason="stop" if right else "length"),
        answer=sample.target if right else "3",
        score=float(right),
        grader="rules/1",
    )


def rate(name: str, half: Half, rows: Sequence[Prediction]) -> Rate:
    """What an evaluation says about these predictions."""
    scores = [p.score for p in rows if p.score is not None]
    return Rate(
        name=name,
        half=half,
        n=len(scores),
        failures=len(rows) - len(scores),
        rate=sum(scores) / len(scores),
        interval=wilson(sum(scores), len(scores)),
    )


def _rates(
    pairs: Sequence[tuple[Sample, Prediction]], key: Callable[[Sample], str]
) -> tuple[Rate, ...]:
    return tuple(
        rate(name, half, [p for s, p in pairs if s.half == half and key(s) == name])
        for half in HALVES
        for name in sorted({key(s) for s, _ in pairs})
    )


def write_evaluation(folder: RunFolder, number: int, rows: list[Sample], world: World) -> Metrics:
    pairs = [(s, _predict(s, number, world)) for s in rows]
    metrics = Metrics(
        graders={"b": "rules/1"},
        model=f"{number:064x}",
        overall=_rates(pairs, lambda s: "overall"),
        benchmarks=_rates(pairs, lambda s: s.benchmark),
        categories=_rates(pairs, lambda s: s.category),
        failures={"timeout": 1},
        coverage=1 - 1 / len(pairs),
    )
    draft = Draft(
        folder.round(number).evaluation, "evaluation", {"limit": 280}, {"model": metrics.model}
    )
    write_records(draft.path / "samples.parquet", rows, Sample)
    write_records(draft.path / "predictions.parquet", [p for _, p in pairs], Prediction)
    (draft.path / "metrics.json").write_text(metrics.model_dump_json())
    draft.publish(counts={"samples": len(rows)}, durations={"evaluate": 73.25})
    return metrics

"""A factory of small, realistic run folders made of the real artifact files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image, ImageDraw

from blindspot.core.acceptance import Acceptance, CategoryChange
from blindspot.core.artifact import Draft, write_text
from blindspot.core.diagnosis import (
    CategoryRate,
    Change,
    Changes,
    Diagnosis,
    Null,
    ProbeShare,
    StageExcess,
)
from blindspot.core.evaluation import Metrics, Rate
from blindspot.core.images import encode
from blindspot.core.monitors import Alarm, Figure, Watched
from blindspot.core.records import (
    Attribution,
    CellShare,
    Completion,
    Failure,
    Half,
    Prediction,
    Sample,
    TrainingSample,
    Weakness,
)
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson
from blindspot.core.tables import as_table, write_records, write_table
from blindspot.core.training_set import CellOutcome, Outcomes, Plan, PlanCell

HALVES: tuple[Half, ...] = ("diagnosis", "held_out")
LEVELS = {
    ("arithmetic", "text_dense"): 18,
    ("chart_reading", "chart_graph"): 15,
    ("counting", "geometric"): 7,
    ("color", "everyday_object"): 20,
    ("ocr", "text_dense"): 9,
    ("presence", "everyday_object"): 19,
    ("spatial", "diagram"): 13,
}
"""Of 20 samples per half, how many round 0 gets right; each later round gets two more right."""
SIZE = 20


@dataclass(frozen=True)
class World:
    """Texts that a test may replace by hostile ones."""

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


def write_run(root: Path, world: World) -> RunFolder:
    """Rounds of evaluation, diagnosis, training set and checkpoint; the last one has only the
    first two unless the world is complete.
    """
    folder = RunFolder(root)
    found = [
        _write_evaluation(folder, number, samples(folder, world), world)
        for number in range(world.rounds)
    ]
    for number in range(world.rounds):
        here = folder.round(number)
        _write_diagnosis(folder, number, found, world)
        _write_monitors(here.monitors, number, world)
        if number < world.rounds - 1 or world.complete:
            _write_training_set(here.training_set, number, world)
            _write_checkpoint(here.checkpoint, number, world)
            _write_acceptance(here.acceptance, number, world)
    return folder


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


def _write_evaluation(folder: RunFolder, number: int, rows: list[Sample], world: World) -> Metrics:
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


def _category(found: Rate, level: int) -> CategoryRate:
    capability, image_type = found.name.split("/")
    passed = (found.rate or 0.0) * found.n
    verdict = "weak" if level < 10 else "strong" if level > 18 else "undecided"
    failed = found.n - round(passed)
    stages = {"reading": 1, "perception": failed - 1} if failed > 1 else {}
    return CategoryRate(
        name=found.name,
        capability=capability,
        image_type=image_type,
        n=found.n,
        passed=passed,
        raw_rate=found.rate or 0.0,
        rate=0.9 * (found.rate or 0.0) + 0.07,
        interval=found.interval,
        verdict=verdict,
        stages=stages,
    )


def weakness(
    id_: str, capability: str, image_type: str, name: str, passed: int, world: World
) -> Weakness:
    """One that cites failing and passing samples."""
    prefix = f"{world.prefix}/{capability}/diagnosis"
    return Weakness(
        id=id_,
        name=name,
        capability=capability,
        image_type=image_type,
        condition={"objects": "many"},
        n=SIZE,
        passed=float(passed),
        raw_rate=passed / SIZE,
        rate=0.1234 + passed / SIZE,
        interval=wilson(passed, SIZE),
        gap=0.3567,
        coverage=0.1429,
        p=0.0004,
        p_adjusted=0.0056,
        learnability=0.871,
        stages={"perception": 0.8125, "reading": 0.1875},
        failing=tuple(f"{prefix}/{i:03d}" for i in range(17, 20)),
        passing=tuple(f"{prefix}/{i:03d}" for i in range(2)),
    )


def _weaknesses(number: int, world: World) -> tuple[Weakness, ...]:
    if not world.weak:
        return ()
    found = [weakness("w-count", "counting", "geometric", world.weakness, 7 + 2 * number, world)]
    if number == 0:
        found.append(
            weakness("w-ocr", "ocr", "text_dense", "reading words in dense text", 9, world)
        )
    else:
        found.append(weakness("w-chart", "chart_reading", "chart_graph", "charts", 15, world))
    return tuple(found)


def _write_diagnosis(folder: RunFolder, number: int, found: list[Metrics], world: World) -> None:
    own = [r for r in found[number].categories if r.half == "diagnosis"]
    levels = {f"{a}/{b}": level for (a, b), level in LEVELS.items()}
    categories = tuple(_category(r, levels[r.name]) for r in own)
    weaknesses = _weaknesses(number, world)
    overall = found[number].overall[0]
    diagnosis = Diagnosis(
        round=number,
        model=found[number].model,
        grader="rules/1",
        n=overall.n,
        rate=overall.rate or 0.0,
        interval=overall.interval,
        excluded={"unmapped": 3},
        categories=categories,
        excess=tuple(_excess(c) for c in categories if c.capability == "counting"),
        weaknesses=weaknesses,
        probes=(_probe(),),
        candidates=54,
        q=0.1,
        null=Null(runs=100, with_weakness=4),
        mixture=tuple(_share(w) for w in weaknesses),
        mixture_note="Three quarters aim at two weaknesses, the rest follows the benchmarks.",
    )
    before = folder.round(number).evaluation
    draft = Draft(folder.round(number).diagnosis, "diagnosis", {"q": 0.1}, {"from": before.name})
    (draft.path / "diagnosis.json").write_text(diagnosis.model_dump_json())
    write_records(draft.path / "attributions.parquet", _attributions(number, world), Attribution)
    if number:
        changes = Changes(
            round=number, rows=tuple(_changes(found[0], found[number])), flips=_flips(number, world)
        )
        (draft.path / "changes.json").write_text(changes.model_dump_json())
    draft.publish(seeds={"diagnosis": 7}, durations={"diagnose": 4.5})


def _share(found: Weakness) -> CellShare:
    return CellShare(
        capability=found.capability,
        image_type=found.image_type,
        condition=found.condition,
        share=0.5,
        quota=150,
        weakness=found.id,
        why="0.75 × weight 0.41 + 0.25 × prior 0.14",
    )


def failed_ids(number: int, world: World) -> dict[str, list[str]]:
    """Failed samples of the diagnosis half by capability."""
    return {
        capability: [
            f"{world.prefix}/{capability}/diagnosis/{i:03d}"
            for i in range(level + 2 * number, SIZE)
        ]
        for (capability, _), level in LEVELS.items()
    }


def _attributions(number: int, world: World) -> list[Attribution]:
    """The first failed sample of a category broke at reading, the others at perception."""
    return [
        _attribution(i, "perception" if place else "reading")
        for ids in failed_ids(number, world).values()
        if len(ids) > 1
        for place, i in enumerate(ids)
    ]


def _flips(number: int, world: World) -> dict[str, tuple[str, ...]]:
    before = {i for ids in failed_ids(number - 1, world).values() for i in ids}
    now = {i for ids in failed_ids(number, world).values() for i in ids}
    return {"won": tuple(sorted(before - now)), "lost": tuple(sorted(now - before))}


def _excess(row: CategoryRate) -> StageExcess:
    """The diagnosis says that this category fails at perception more often than the rest."""
    return StageExcess(
        name=row.name,
        capability=row.capability,
        image_type=row.image_type,
        stage="perception",
        n=row.n,
        failed=row.stages["perception"],
        share=row.stages["perception"] / row.n,
        rest_share=0.1111,
        p=0.0003,
        p_adjusted=0.0021,
    )


def _probe() -> ProbeShare:
    return ProbeShare(
        probe="caption", stage="perception", asked=12, answered=11, turned=5, share=0.3721,
        interval=(0.1937, 0.5891),
    )  # fmt: skip


def _attribution(sample_id: str, stage: str) -> Attribution:
    return Attribution(
        sample_id=sample_id,
        stage=stage,
        source="rules",
        confidence=0.625,
        evidence="the answer is 3",
    )


def _changes(first: Metrics, now: Metrics) -> list[Change]:
    rows = zip((*first.overall, *first.categories), (*now.overall, *now.categories), strict=True)
    return [_change(a, b) for a, b in rows]


def _change(before: Rate, after: Rate) -> Change:
    gain = (after.rate or 0.0) - (before.rate or 0.0)
    strong = before.name.startswith(("color", "presence"))
    return Change(
        name=before.name,
        half=before.half,
        since=0,
        n=before.n,
        before=before.rate or 0.0,
        after=after.rate or 0.0,
        change=gain,
        interval=(gain - 0.0612, gain + 0.0587),
        won=2,
        lost=0,
        p=0.0312,
        p_adjusted=0.0923,
        strong=strong,
        non_inferior=gain - 0.0612 > -0.05 if strong else None,
    )


def _write_training_set(path: Path, number: int, world: World) -> None:
    shares = [_share(w) for w in _weaknesses(number, world)]
    plan = Plan(
        diagnosis="d" * 64,
        cells=tuple(
            PlanCell(name=s.name, split="train", want=s, quota=s.quota, brief="more")
            for s in shares
        ),
    )
    outcomes = Outcomes(cells=tuple(_outcome(s, i) for i, s in enumerate(shares)))
    draft = Draft(path, "training_set", {"seed": 3}, {"diagnosis": "d" * 64})
    (draft.path / "plan.json").write_text(plan.model_dump_json())
    (draft.path / "outcomes.json").write_text(outcomes.model_dump_json())
    made = [_made(s, i, world) for s in shares for i in range(8)]
    write_table(draft.path / "train" / "0000.parquet", training_table(made))
    draft.publish(seeds={"generation": 3}, counts={"admitted": len(made)})


def _outcome(share: CellShare, i: int) -> CellOutcome:
    return CellOutcome(
        name=share.name,
        split="train",
        quota=share.quota,
        admitted=share.quota - 13 * i,
        candidates=417 + i,
        rejected={"difficulty": 201, "duplicate": 17},
        open_because="the source ran out of contents" if i else None,
    )


def _made(share: CellShare, i: int, world: World) -> tuple[TrainingSample, bytes]:
    picture = encode(tiny(200 + i))
    sample = TrainingSample(
        id=f"train/{share.name}/{i:05d}",
        split="train",
        cell=share.name,
        question=world.question,
        prompt=world.question,
        images=(f"{i:064x}.png",),
        target=str(i % 5 + 1),
        answer_kind="number",
        capability=share.capability,
        image_type=share.image_type,
        source="programmatic:counting seed 3",
        pass_rate=0.375,
        rollouts=8,
    )
    return sample, picture


def training_table(made: Sequence[tuple[TrainingSample, bytes]]) -> pa.Table:
    """Samples with their pictures as `datasets` reads them."""
    table = as_table([s for s, _ in made], TrainingSample)
    kind = pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    pictures = [[{"bytes": data, "path": s.images[0]}] for s, data in made]
    place = table.schema.get_field_index("images")
    return table.set_column(place, pa.field("images", kind), pa.array(pictures, type=kind))


def log(steps: int = 40) -> list[dict[str, float]]:
    """A training log whose values are all different."""
    return [
        {
            "step": i,
            "loss": 0.0123 / i,
            "reward": 0.35 + 0.0101 * i,
            "frac_reward_zero_std": 0.15 + 0.003 * i,
            "entropy": 1.21 - 0.0107 * i,
            "kl": 0.00021 * i,
            "completions/mean_length": 14.5 + 0.05 * i,
            "completions/clipped_ratio": 0.011,
            "accuracy/counting/geometric": 0.31 + 0.0111 * i,
        }
        for i in range(1, steps + 1)
    ]


def _write_checkpoint(path: Path, number: int, world: World) -> None:
    draft = Draft(path, "checkpoint", {"optimiser": "grpo"}, {"training_set": "e" * 64})
    text = "".join(json.dumps(entry) + "\n" for entry in log())
    (draft.path / "metrics.jsonl").write_text(text)
    facts: dict[str, Any] = {"optimiser": world.fact, "round": number}
    draft.publish(seeds={"training": 11}, counts={"steps": 40}, facts=facts)


def _write_monitors(path: Path, number: int, world: World) -> None:
    figure = Figure(
        monitor="collapse", name="questions", round=number, value=0.0217, threshold=0.1,
        interval=(0.0093, 0.0341), n=431, said="Questions resemble each other as before.",
    )  # fmt: skip
    wrong_yes = {"monitor": "hallucination", "name": "wrong yes", "said": world.fact, "p": 0.0003}
    alarm = Alarm(**dict(figure) | wrong_yes, todo="Go back a round.", stop=number > 0)
    watched = Watched(round=number, figures=(figure,), alarms=(alarm,))
    write_text(path, watched.model_dump_json())


def _write_acceptance(path: Path, number: int, world: World) -> None:
    draft = Draft(path, "acceptance", {"margin": 0.05}, {"checkpoint": "f" * 64})
    change = CategoryChange(
        name="color/geometric", n=211, lost=7, won=3, before=0.973, after=0.954, lower=-0.0431,
        missing=2, verdict="held",
    )  # fmt: skip
    validation = change.model_copy(update={"name": "validation", "lost": 1, "won": 9})
    found = Acceptance(
        accepted=number == 0, why=world.fact, margin=0.05, categories=(change,),
        validation=validation,
    )  # fmt: skip
    write_text(draft.path / "acceptance.json", found.model_dump_json())
    draft.publish(counts={"samples": 213})


@pytest.fixture(scope="session")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunFolder]:
    """Writes a run into a folder of its own; keywords are fields of `World`."""
    return lambda **fields: write_run(tmp_path_factory.mktemp("run") / "tiny", World(**fields))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of two rounds, shared and not to be written to."""
    return write_run(tmp_path_factory.mktemp("runs") / "tiny", World())

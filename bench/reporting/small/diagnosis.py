"""The diagnosis of a small run: what a person could say of it, written as the stage writes it.

    counting in geometric pictures   weak   perception 12, reading 1

Nothing is tested here: intervals and p-values are made up so that each is different.
"""

from bench.reporting.small.evaluation import LEVELS, SIZE, World
from blindspot.core.artifact import Draft
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
from blindspot.core.records import Attribution, CellShare, Weakness
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson
from blindspot.core.tables import write_records


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
        stage_shares={stage: many / found.n for stage, many in stages.items()},
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
        effective_n=17.25,
        stability=0.5432 if id_ == "w-count" else 0.8123,
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


def weaknesses_of(number: int, world: World) -> tuple[Weakness, ...]:
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


def write_diagnosis(folder: RunFolder, number: int, found: list[Metrics], world: World) -> None:
    own = [r for r in found[number].categories if r.half == "diagnosis"]
    levels = {f"{a}/{b}": level for (a, b), level in LEVELS.items()}
    categories = tuple(_category(r, levels[r.name]) for r in own)
    weaknesses = weaknesses_of(number, world)
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
        mixture=tuple(share_of(w) for w in weaknesses),
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


def share_of(found: Weakness) -> CellShare:
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

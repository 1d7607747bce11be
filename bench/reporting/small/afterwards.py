"""What comes after a diagnosis in a small run: training set, checkpoint, acceptance, monitors.

    training_set/  plan.json  outcomes.json  rejected.parquet  train/0000.parquet
    checkpoint/metrics.jsonl        acceptance/acceptance.json        monitors.json

The files are the real ones with real columns and the keys that TRL logs; nothing is generated or
trained. `fact` and `question` stand in every free text, and may be hostile.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.reporting.small.evaluation import tiny
from blindspot.core.acceptance import Acceptance, CategoryChange
from blindspot.core.artifact import Draft, write_text
from blindspot.core.images import encode
from blindspot.core.monitors import Alarm, Figure, Watched
from blindspot.core.records import CellShare, TrainingSample
from blindspot.core.tables import as_table, write_records, write_table
from blindspot.core.training_set import CellOutcome, Outcomes, Plan, PlanCell
from generation.decided import Rejected


def write_training_set(path: Path, shares: Sequence[CellShare], question: str) -> None:
    """Eight samples and three rejected candidates for every cell."""
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
    made = [_made(s, i, question) for s in shares for i in range(8)]
    write_table(draft.path / "train" / "0000.parquet", training_table(made))
    refused = [_refused(s, i, question) for s in shares for i in range(3)]
    write_records(draft.path / "rejected.parquet", refused, Rejected)
    draft.publish(seeds={"generation": 3}, counts={"admitted": len(made)}, facts={"spent": 1.2345})


def _outcome(share: CellShare, i: int) -> CellOutcome:
    return CellOutcome(
        name=share.name,
        split="train",
        quota=share.quota,
        admitted=max(0, share.quota - 13 * i),
        candidates=417 + i,
        rejected={"difficulty": 201, "duplicate": 17},
        open_because="the source ran out of contents" if i else None,
    )


def _made(share: CellShare, i: int, question: str) -> tuple[TrainingSample, bytes]:
    picture = encode(tiny(200 + i))
    sample = TrainingSample(
        id=f"train/{share.name}/{i:05d}",
        split="train",
        cell=share.name,
        question=question,
        prompt=question,
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


def _refused(share: CellShare, i: int, question: str) -> Rejected:
    cause = ("too easy", "too hard", "")[i]
    return Rejected(
        id=f"train/{share.name}/{i:05d}/1",
        split="train",
        cell=share.name,
        gate="difficulty" if cause else "duplicate",
        cause=cause,
        evidence=f"it resembles {question}" if not cause else f"{i} of 8 answers were right",
        question=question,
        target="3",
        images=("e" * 64,),
        source="programmatic:counting seed 3",
    )


def training_table(made: Sequence[tuple[TrainingSample, bytes]]) -> pa.Table:
    """Samples with their pictures as `datasets` reads them."""
    table = as_table([s for s, _ in made], TrainingSample)
    kind = pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    pictures = [[{"bytes": data, "path": s.images[0]}] for s, data in made]
    place = table.schema.get_field_index("images")
    return table.set_column(place, pa.field("images", kind), pa.array(pictures, type=kind))


def log(steps: int = 40) -> list[dict[str, float]]:
    """A training log whose values are all different, under the keys that TRL writes."""
    return [
        {
            "step": i,
            "loss": 0.0123 / i,
            "reward": 0.35 + 0.0101 * i,
            "reward_std": 0.41 - 0.0017 * i,
            "rewards/accuracy/mean": min(0.99, 0.31 + 0.0111 * i),
            "frac_reward_zero_std": min(0.9, 0.15 + 0.003 * i),
            "entropy": 1.21 - 0.0107 * i,
            "kl": 0.00021 * i,
            "completions/mean_length": 14.5 + 0.05 * i,
            "completions/clipped_ratio": 0.011,
        }
        for i in range(1, steps + 1)
    ]


def write_checkpoint(path: Path, number: int, fact: str, steps: int = 40) -> None:
    """The log alone; no weights."""
    draft = Draft(path, "checkpoint", {"optimiser": "grpo"}, {"training_set": "e" * 64})
    text = "".join(json.dumps(entry) + "\n" for entry in log(steps))
    (draft.path / "metrics.jsonl").write_text(text)
    facts: dict[str, Any] = {"optimiser": fact, "round": number}
    draft.publish(seeds={"training": 11}, counts={"steps": steps}, facts=facts)


def write_monitors(path: Path, number: int, fact: str) -> None:
    """A figure and an alarm, which ends the loop after the first round."""
    figure = Figure(
        monitor="collapse", name="questions", round=number, value=0.0217, threshold=0.1,
        interval=(0.0093, 0.0341), n=431, said="Questions resemble each other as before.",
    )  # fmt: skip
    wrong_yes = {"monitor": "hallucination", "name": "wrong yes", "said": fact, "p": 0.0003}
    alarm = Alarm(**dict(figure) | wrong_yes, todo="Go back a round.", stop=number > 0)
    watched = Watched(round=number, figures=(figure,), alarms=(alarm,))
    write_text(path, watched.model_dump_json())


def write_acceptance(path: Path, number: int, fact: str) -> None:
    """Only the first round's training is accepted."""
    draft = Draft(path, "acceptance", {"margin": 0.05}, {"checkpoint": "f" * 64})
    change = CategoryChange(
        name="color/geometric", n=211, lost=7, won=3, before=0.973, after=0.954, lower=-0.0431,
        missing=2, verdict="held",
    )  # fmt: skip
    validation = change.model_copy(update={"name": "validation", "lost": 1, "won": 9})
    found = Acceptance(
        accepted=number == 0, why=fact, margin=0.05, categories=(change,), validation=validation
    )
    write_text(draft.path / "acceptance.json", found.model_dump_json())
    draft.publish(counts={"samples": 213})

"""A small run to generate in: a diagnosis, a benchmark and a policy that answers by rule."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blindspot.core.artifact import Draft, write_text
from blindspot.core.diagnosis import CategoryRate, Diagnosis, Null
from blindspot.core.images import encode
from blindspot.core.model import ModelSettings, Request
from blindspot.core.records import CellShare, Completion, Outcome, Sample, TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from blindspot.core.training_set import PlanCell
from generation.agent import AgentsSettings
from generation.family import draw, families
from generation.gate import ALL_SPLITS, Proposal, Surroundings
from generation.likeness import look
from generation.settings import DifficultySettings, GenerationSettings
from generation.shards import write_split
from generation.source import Candidate, SourceSettings
from generation.staff import Staff
from generation.stage import GenerationInputs

SIZE = 48


def share(name: str, quota: int, **condition: str) -> CellShare:
    """`share("counting/geometric", 6, objects="few")`."""
    capability, image_type = name.split("/")
    return CellShare(
        capability=capability,
        image_type=image_type,
        condition=condition,
        share=0.5,
        quota=quota,
        weakness="the weakness",
        why="weak",
    )


def cell(name: str, quota: int = 1, split: str = "train", **condition: str) -> PlanCell:
    """A cell of a plan."""
    want = share(name, quota, **condition)
    return PlanCell.model_validate(
        {"name": want.name, "split": split, "want": want, "quota": quota, "brief": ""}
    )


def rated(name: str, verdict: str) -> CategoryRate:
    """A category of the diagnosis."""
    capability, image_type = name.split("/")
    raw = {"name": name, "capability": capability, "image_type": image_type, "n": 50}
    numbers = {"passed": 48, "raw_rate": 0.96, "rate": 0.95, "interval": (0.9, 0.99)}
    return CategoryRate.model_validate({**raw, **numbers, "verdict": verdict})


def diagnosis(*mixture: CellShare, categories: Sequence[CategoryRate] = ()) -> Diagnosis:
    """A diagnosis with this mixture."""
    return Diagnosis(
        round=0,
        model="m",
        grader="core-1",
        n=100,
        rate=0.5,
        interval=(0.4, 0.6),
        excluded={},
        categories=tuple(categories),
        weaknesses=(),
        candidates=1,
        q=0.1,
        null=Null(runs=1, with_weakness=0),
        mixture=tuple(mixture),
        mixture_note="aimed",
    )


def by_rule(request: Request) -> str:
    """Right in half of the rollouts on yes/no, on one and on two objects, else never."""
    if request.prompt.startswith("Is there"):
        return "yes" if request.repeat % 2 else "no"
    return str(request.repeat % 2 + 1)


@dataclass
class Policy:
    """A model that answers by rule and counts what it was asked."""

    rule: Callable[[Request], str] = by_rule
    fingerprint: str = "policy"
    chunk: int = 16
    concurrency: int = 2
    asked: int = 0
    dies_after: int = 10**9

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        self.asked += len(requests)
        if self.asked > self.dies_after:
            raise KeyboardInterrupt
        return [Completion(text=self.rule(r)) for r in requests]

    async def rest(self) -> None:
        pass


@dataclass
class World:
    """A run folder with what the stage reads."""

    root: Path
    folder: RunFolder = field(init=False)

    def __post_init__(self) -> None:
        self.folder = RunFolder(self.root)

    def diagnose(self, found: Diagnosis, name: str = "diagnosis") -> Path:
        draft = Draft(self.root / name, "diagnosis", {}, {})
        write_text(draft.path / "diagnosis.json", found.model_dump_json())
        return draft.publish().path

    def evaluate(self, samples: Sequence[Sample], name: str = "evaluation") -> Path:
        draft = Draft(self.root / name, "evaluation", {}, {})
        write_records(draft.path / "samples.parquet", samples, Sample)
        return draft.publish().path

    def benchmark(self, family: str, count: int, reserved: bool = True) -> list[Sample]:
        """Samples drawn as a benchmark draws them."""
        return [self.sample(candidate_of(family, f"b{i}", reserved), i) for i in range(count)]

    def sample(self, made: Candidate, number: int = 0) -> Sample:
        return Sample(
            id=f"bench/{number}",
            benchmark="bench",
            question=made.question,
            prompt=made.question,
            images=tuple(self.folder.images.put(data) for data in made.images),
            target=made.target,
            answer_kind=made.answer_kind,
            attributes={"content": made.content},
            half="held_out" if number % 2 else "diagnosis",
        )

    def example(self, number: int = 0, **changes: object) -> TrainingSample:
        """Drawn here, of train, with a picture of its own, unless changed."""
        picture = encode(Image.new("RGB", (40 + number, 30), "blue"))
        split = changes.get("split", "train")
        plain = {
            "id": f"{split}/counting/geometric/{number}",
            "split": split,
            "cell": "counting/geometric",
            "question": "How many?",
            "prompt": "How many?",
            "images": (self.folder.images.put(picture),),
            "target": "3",
            "answer_kind": "number",
            "capability": "counting",
            "image_type": "geometric",
            "source": f"programmatic:counting size=48 seed={number}",
        }
        return TrainingSample.model_validate({**plain, **changes})

    def drafted(self, samples: Sequence[TrainingSample]) -> Draft:
        """A training set of these, to be filled further and published."""
        draft = Draft(self.root / "set", "training_set", {}, {"diagnosis": "d1"})
        for split in ALL_SPLITS:
            own = [s for s in samples if s.split == split]
            write_split(draft.path / split, own, lambda n: self.folder.images.path(n).read_bytes())
        return draft

    def inputs(
        self, found: Diagnosis, samples: Sequence[Sample] = (), earlier: Sequence[Path] = ()
    ) -> GenerationInputs:
        return GenerationInputs(
            folder=self.folder,
            diagnosis=self.diagnose(found),
            evaluations=(self.evaluate(samples),),
            policy=ModelSettings(backend="replay"),
            earlier=tuple(earlier),
        )


def candidate_of(family: str, seed: str, reserved: bool = False) -> Candidate:
    """What a family draws."""
    drawing = draw(families.load(family), seed, SIZE, reserved=reserved)
    return Candidate(
        images=(encode(drawing.image),),
        question=drawing.question,
        target=drawing.target,
        answer_kind=drawing.answer_kind,
        origin=f"test:{family} {seed}",
        content=drawing.content,
    )


def scene(seed: int) -> Image.Image:
    """What no program draws: noise of all scales, 160 × 120."""
    rng = np.random.default_rng(seed)
    layers = np.zeros((120, 160, 3))
    for cells in (3, 6, 12, 24):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        layers += np.asarray(noise.resize((160, 120), Image.Resampling.BICUBIC), dtype=float) / 4
    return Image.fromarray(layers.astype(np.uint8))


def found(seed: int, **changes: Any) -> Candidate:
    """What an agent finds: a scene with a question and no content."""
    plain = {
        "images": (encode(scene(seed)),),
        "question": "How many red cars are there?",
        "target": "3",
        "answer_kind": "number",
        "origin": f"test:found {seed}",
        "truth": "agents",
    }
    return Candidate(**{**plain, **changes})


def proposal_of(made: Candidate, id_: str = "train/x/0/0") -> Proposal:
    """A candidate before the gates."""
    cell = PlanCell(name="x", split="train", want=share("a/b", 1), quota=1, brief="")
    looks = tuple(look(Image.open(io.BytesIO(data))) for data in made.images)
    return Proposal(id_, cell, made, made.question, looks)


def settings_of(**changes: object) -> GenerationSettings:
    """Settings for 48-pixel pictures and small splits."""
    plain = {
        "sources": (SourceSettings(size=SIZE),),
        "canary": 4,
        "unanswerable_share": 0,
        "max_attempts": 12,
        "difficulty": DifficultySettings(max_tokens=8, rollouts=8, certainty=0.75),
    }
    return GenerationSettings.model_validate({**plain, **changes})


@dataclass(frozen=True)
class Kit:
    """The builders, for tests that need them."""

    share = staticmethod(share)
    cell = staticmethod(cell)
    rated = staticmethod(rated)
    diagnosis = staticmethod(diagnosis)
    candidate = staticmethod(candidate_of)
    scene = staticmethod(scene)
    found = staticmethod(found)
    proposal = staticmethod(proposal_of)
    settings = staticmethod(settings_of)
    policy = Policy

    @staticmethod
    def surroundings(folder: RunFolder, **known: object) -> Surroundings:
        """Nothing known but what is given."""
        plain = {"settings": settings_of(), "benchmark": (), "earlier": (), "ask": None}
        staff = {"staff": Staff(AgentsSettings(), folder), "admitted": []}
        return Surroundings(images=folder.images, **{**plain, **staff, **known})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)

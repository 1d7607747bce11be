"""The files of docs/extending.md, installed as another package and at work."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

import reports.sections
import reports.stage
from blindspot.core.artifact import open_artifact
from blindspot.core.grading import is_gradable
from blindspot.core.records import CellShare, Completion, Failure, Prediction, Sample
from blindspot.core.registry import Registry
from blindspot.core.training_set import PlanCell
from diagnostics.causes.attribution import attributions
from diagnostics.causes.attributor import attributors
from docs.pages import files, page
from generation.agent import agents
from generation.gate import gates
from generation.source import Candidate, SourceSettings, Want, sources
from reports.section import ROUND_PAGE, sections
from training.optimiser import optimisers
from training.reward import Rollout, rewards

pytestmark = pytest.mark.timeout(900)
"""The first test makes the run that all use, on a busy machine in minutes."""

REGISTRIES: tuple[Registry[Any], ...] = (
    attributors, sources, gates, agents, optimisers, rewards, sections,
)  # fmt: skip
WANT = CellShare(capability="counting", image_type="geometric", share=1, quota=1, why="")
CELL = PlanCell(name="counting/geometric", split="train", want=WANT, quota=1, brief="")


@pytest.fixture(autouse=True)
def package(installed: Callable[[], Path]) -> Iterator[Path]:
    """The package, and nothing of it afterwards."""
    known = [dict(registry._loaded) for registry in REGISTRIES]
    yield installed()
    for registry, before in zip(REGISTRIES, known, strict=True):
        registry._loaded.clear()
        registry._loaded.update(before)
    for name in [n for n in sys.modules if n.partition(".")[0] == "mine"]:
        del sys.modules[name]


def test_every_file_of_the_package_is_installed() -> None:
    shown = {
        Path(name).stem for name in files(page("docs/extending.md")) if name.startswith("mine/")
    }
    found = {name for registry in REGISTRIES for name in registry.names()}
    assert shown <= found
    assert all(r.load(name) for r in REGISTRIES for name in shown & {*r.names()})


@pytest.mark.parametrize(
    ("answer", "stage"), [("252", "calculation"), ("250.0", None), ("900", None), ("fast", None)]
)
def test_the_attributor_decides_what_nobody_decided(answer: str, stage: str | None) -> None:
    asked = "What was the average speed of the train in km/h?"
    sample = Sample(
        id="a", benchmark="b", question=asked, prompt=asked, target="250", answer_kind="number"
    )
    said = Completion(text=f"The average speed was {answer} km/h.")
    prediction = Prediction(sample_id="a", completion=said, answer=answer, score=0.0, grader="g")
    verdict = attributors.load("rounding").attribute(sample, prediction)
    assert (verdict.stage if verdict else None) == stage
    (attribution,) = attributions([sample], [prediction])
    assert (attribution.source == "rounding") == (stage is not None)


def test_the_source_draws_the_same_from_the_same_seed() -> None:
    source = sources.load("stripes")
    opened = source.open(SourceSettings(plugin="stripes", size=48), cast(Any, None))
    wants = [Want(CELL, f"0/0/train/{n}/0") for n in range(12)]
    made = [cast(Candidate, each) for each in opened.candidates(wants)]
    assert made == opened.candidates(wants)
    assert len({each.images for each in made}) == 12
    assert all(is_gradable(each.target, each.answer_kind) for each in made)
    assert len({each.target for each in made}) > 2


def test_the_gate_counts_words() -> None:
    (gate,) = [gates.load("short").open(cast(Any, None))]
    asked = ["How many?", "why " * 41]
    proposals = [SimpleNamespace(candidate=SimpleNamespace(question=text)) for text in asked]
    verdicts = gate.judge(cast(Any, proposals))
    assert [(v.admitted, v.cause) for v in verdicts] == [(True, ""), (False, "too long")]


def test_the_agent_is_asked_by_its_gate_and_a_failure_admits_nothing() -> None:
    proofreader = agents.load("proofreader")
    proof: Any = proofreader.reply
    failure = Failure(kind="timeout", message="no answer in time", retryable=True)
    replies = [proof(why="", plain=True), proof(why="a word is missing", plain=False), failure]
    asked: list[str] = []

    class Staff:
        solvers = 0

        def consult(self, role: str, agent: Any, requests: Sequence[Any], cells: Any) -> list[Any]:
            assert (role, agent, len(cells)) == ("validator", proofreader, len(requests))
            asked.extend(agent.prompt(request) for request in requests)
            return replies

    gate = gates.load("plain_words").open(cast(Any, SimpleNamespace(staff=Staff())))
    proposals = [
        SimpleNamespace(candidate=SimpleNamespace(question=text), cell=CELL)
        for text in ("One?", 'Two" {ignore this}', "Three?")
    ]
    verdicts = gate.judge(cast(Any, proposals))
    assert [(v.admitted, v.cause) for v in verdicts] == [
        (True, ""),
        (False, "not plain"),
        (False, "no answer"),
    ]
    assert '"Two\\"' in asked[1]


def test_the_reward_falls_with_length() -> None:
    score = rewards.load("brief").score
    said = [Rollout(text, target="5", answer_kind="number") for text in ("5", "a " * 30, "a " * 60)]
    assert [score(rollout) for rollout in said] == [1.0, 0.5, 0.0]
    assert score(Rollout(" ", target="5", answer_kind="number")) is None


def test_a_run_is_made_with_the_source_the_gate_and_the_optimiser(world) -> None:
    world.put("evaluated", "own")
    source = 'generation.sources=[{plugin="stripes", size=48}]'
    small = ("--set", "training.steps=1", "--set", "diagnosis.budget=12")
    for words in (
        ("diagnose", "runs/own", "--set", source, *small),
        ("generate", "runs/own"),
        ("train", "runs/own", "--optimiser", "sft_adafactor"),
    ):
        came = world.run(*words)
        assert came.code == 0, f"{words}\n{came.out}\n{came.err}"
    round_ = world.root / "runs" / "own" / "round-0"
    verdicts = pq.read_table(round_ / "training_set" / "verdicts.parquet").to_pylist()
    assert {v["admitted"] for v in verdicts if v["gate"] == "short"} == {True}
    made = pq.read_table(round_ / "training_set" / "train")["source"].to_pylist()
    assert made
    assert all(text.startswith("stripes seed=") for text in made)
    manifest = open_artifact(round_ / "checkpoint", "checkpoint").manifest
    assert manifest.facts["optimiser"] == "sft_adafactor"


def test_the_section_stands_on_the_page(
    world, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(package / "reports" / "sections")
    reports.sections.__path__.append(folder)  # as if the two files lay there
    monkeypatch.setattr(reports.stage, "ROUND_PAGE", (*ROUND_PAGE, "excluded"))
    world.put("diagnosed", "own")
    came = world.run("report", "runs/own")
    reports.sections.__path__.remove(folder)
    sys.modules.pop("reports.sections.excluded", None)
    assert came.code == 0, came.err
    html = (world.root / "runs" / "own" / "round-0" / "report.html").read_text()
    assert "Left out" in html
    assert "Nothing was left out." in html

"""Generation: from a diagnosis to a training set.

    plan → waves of candidates → gates → train, validation and canary shards

The mixture of `diagnosis.json` sets the quotas, sources draw candidates, gates admit or reject
them, and what could not be filled is reported open. Benchmark samples reach this stage only to be
compared against; no source sees them. Run twice, or killed and run again, it writes the same
bytes: drawing is repeated and the model's answers come back from the ledger.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from blindspot.core.artifact import Artifact, Draft, write_text
from blindspot.core.config import identity
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.journal import Journal
from blindspot.core.line import Line
from blindspot.core.model import Model, ModelSettings, Request, open_model
from blindspot.core.progress import progress
from blindspot.core.purse import Purse
from blindspot.core.records import NegativePair, Outcome
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from blindspot.core.training_set import Makeable, Outcomes, Plan, TrainingSetArtifact
from generation.aims import aims
from generation.autonomy import answers_itself, autonomy
from generation.card import Card
from generation.decided import Candidacy, GateVerdict, Rejected, rejected, verdicts
from generation.executor import open_executor
from generation.filled import Filled
from generation.filling import Filling
from generation.gate import ALL_SPLITS, Ask, Shown, Surroundings, enabled, open_gates
from generation.inputs import files
from generation.means import Means
from generation.negatives import Negatives, negatives
from generation.plan import make_plan
from generation.settings import GenerationSettings
from generation.shards import write_split
from generation.source import makers, merged, sources
from generation.spending import POLICY, Asking, budgets, check, served
from generation.staff import Staff
from generation.surroundings import benchmark_of, earlier_of


@dataclass(frozen=True)
class GenerationInputs:
    """What the stage reads."""

    folder: RunFolder
    """The run, for its pictures and its ledger."""
    diagnosis: Path
    """The diagnosis artifact that sets the mixture."""
    evaluations: tuple[Path, ...]
    """Evaluation artifacts whose samples, of both halves, must not come back."""
    policy: ModelSettings
    """The model that is to learn; asked how hard a candidate is."""
    earlier: tuple[Path, ...] = ()
    """Training sets of earlier rounds, of which nothing is repeated."""
    round: int = 0
    """Turn of the loop."""


def catalogue(config: GenerationSettings) -> tuple[Makeable, ...]:
    """What the configured sources can make, for a diagnosis to choose from."""
    return merged(row for s in config.sources for row in sources.load(s.plugin).catalogue(s))


def run(config: GenerationSettings, inputs: GenerationInputs, out: Path) -> Artifact:
    """Make the training set of one round."""
    return generate(config, inputs, out, lambda: open_model(inputs.policy, inputs.folder.images))


def generate(
    config: GenerationSettings,
    inputs: GenerationInputs,
    out: Path,
    open_policy: Callable[[], Model],
) -> Artifact:
    """`run` with any model; it is opened only if it is asked."""
    begun = time.monotonic()
    check(config, inputs.folder, inputs.policy)
    diagnosis = DiagnosisArtifact(inputs.diagnosis)
    digest = diagnosis.artifact.digest
    known = aims(diagnosis, [Evaluation(path) for path in inputs.evaluations])
    plan = make_plan(diagnosis.diagnosis(), digest, catalogue(config), config, known)
    asked = config.difficulty.enabled or config.negatives.samples or answers_itself(config)
    policy = open_policy() if asked else None
    draft = Draft(
        out, "training_set", _config(config, inputs), _digests(config, inputs, digest, policy)
    )
    fresh = not (draft.path / "plan.json").exists()
    journal = Journal(inputs.folder.ledger, _scope(inputs, out), Candidacy, fresh=fresh)
    write_text(draft.path / "plan.json", plan.model_dump_json(indent=1))  # no longer fresh
    benchmark = benchmark_of(inputs.evaluations, inputs.folder.images)
    made = _fill(plan, config, inputs, benchmark, policy, journal, _scope(inputs, out))
    filled = made.filled
    _write(draft.path, made, journal, inputs.folder)
    about = Card(inputs.round, digest, len(benchmark), config.difficulty)
    write_text(draft.path / "README.md", about.text(filled.outcomes()))
    return draft.publish(
        seeds={"seed": config.seed, "round": inputs.round},
        counts={**_counts(filled), **made.negatives.counts()},
        facts=_facts(plan, config),
        durations={"generate": time.monotonic() - begun},
    )


@dataclass(frozen=True)
class _Made:
    filled: Filled
    negatives: Negatives


def _fill(
    plan: Plan,
    config: GenerationSettings,
    inputs: GenerationInputs,
    benchmark: Sequence[Shown],
    policy: Model | None,
    journal: Journal[Candidacy],
    scope: str,
) -> _Made:
    folder, earlier = inputs.folder, earlier_of(inputs.earlier, inputs.folder.images)
    limits = budgets(config, (cell.name for cell in plan.cells))
    purse = Purse(folder.ledger, folder.images, scope, limits)
    admitted: list[Shown] = []
    with (
        open_executor(config.executor, config.ray_address) as executor,
        progress("Generating", total=sum(cell.quota for cell in plan.cells)) as advance,
        Line() as line,
        threadpool_limits(1, "blas"),  # a candidate's products are small: threads only wait
    ):
        asking = Asking(config, inputs.policy, folder, purse, advance, line)
        staff = Staff(config.agents, folder, asking.ask)
        surroundings = Surroundings(
            settings=config,
            benchmark=benchmark,
            earlier=earlier,
            images=folder.images,
            ask=_asker(policy, asking) if policy and config.difficulty.enabled else None,
            staff=staff,
            admitted=admitted,
            served=served(config, inputs.policy),
        )
        means = Means(folder, staff, config.seed, config.repaint, learner=policy, asker=asking.ask)
        filling = Filling(
            plan,
            makers(config.sources, means),
            open_gates(surroundings),
            config,
            inputs.round,
            executor=executor,
            images=folder.images,
            journal=journal,
            admitted=admitted,
        )
        filled = filling.fill(advance)
        found = Negatives()
        if config.negatives.samples and policy:
            train = list(filled.in_order("train"))
            found = negatives(train, config, folder.images, _asker(policy, asking))
        return _Made(filled, found)


def _scope(inputs: GenerationInputs, out: Path) -> str:
    """The training set's place in its run: whose candidates and spending these are."""
    root = inputs.folder.root.resolve()
    place = out.resolve()
    return str(place.relative_to(root) if place.is_relative_to(root) else place)


def _config(config: GenerationSettings, inputs: GenerationInputs) -> dict[str, object]:
    return {**identity(config), "round": inputs.round}


def _digests(
    config: GenerationSettings, inputs: GenerationInputs, diagnosis: str, policy: Model | None
) -> dict[str, str]:
    """What the result depends on. The policy counts only where it is asked."""
    evaluations = [Evaluation(path).artifact.manifest for path in inputs.evaluations]
    earlier = [TrainingSetArtifact(path).artifact.digest for path in inputs.earlier]
    return {
        "diagnosis": diagnosis,
        **({"policy": policy.fingerprint} if policy else {}),
        **{f"benchmark-{i}": m.files["samples.parquet"] for i, m in enumerate(evaluations)},
        **{f"training_set-{i}": digest for i, digest in enumerate(earlier)},
        **files(config),
    }


def _asker(policy: Model, asking: Asking) -> Ask:
    def asker(requests: Sequence[Request], cells: Sequence[str] = ()) -> Sequence[Outcome]:
        return asking.ask(policy, requests, POLICY, cells or [""] * len(requests))

    return asker


def _write(path: Path, made: _Made, journal: Journal[Candidacy], folder: RunFolder) -> None:
    filled = made.filled
    for split in ALL_SPLITS:
        write_split(path / split, filled.in_order(split), folder.images.read)
    out = (rejected(row) for row in journal.rows() if not row.admitted)
    write_records(path / "rejected.parquet", out, Rejected)
    said = (verdict for row in journal.rows() for verdict in verdicts(row))
    write_records(path / "verdicts.parquet", said, GateVerdict)
    if made.negatives.asked:
        write_records(path / "negatives.parquet", made.negatives.pairs, NegativePair)
    outcomes = Outcomes(cells=filled.outcomes())
    write_text(path / "outcomes.json", outcomes.model_dump_json(indent=1))


def _counts(filled: Filled) -> dict[str, int]:
    outcomes, splits = filled.outcomes(), Counter[str]()
    for (split, _), count in filled.got.items():
        splits[split] += count
    return {
        **{split: splits[split] for split in ALL_SPLITS},
        "candidates": sum(o.candidates for o in outcomes),
        "rejected": sum(sum(o.rejected.values()) for o in outcomes),
        "no_answer": sum(o.rejected.get("difficulty: no answer", 0) for o in outcomes),
        "open": sum(o.quota - o.admitted for o in outcomes),
    }


def _facts(plan: Plan, config: GenerationSettings) -> dict[str, object]:
    """How far it came about without people: who generated, who verified."""
    return {
        "generated_by": ", ".join(dict.fromkeys(s.plugin for s in config.sources)),
        "verified_by": ", ".join(name for name, _ in enabled(config)),
        "autonomy": autonomy(config),
        "cells": len(plan.cells),
    }

"""What each weakness of a diagnosis says to whoever makes samples for it: where answers break,
which skills are missing, what is failed. Of the evaluation only the diagnosis half is read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Weakness

SKILLS: Final = 3
"""At most, of a weakness."""
NAMED: Final = 0.5
"""A skill is missing if it is named at least so often as the one that is named most."""
UNRESOLVED: Final = "unresolved"
"""Stands for no error stage."""


@dataclass(frozen=True)
class Aim:
    """One weakness, for agents and retrieval."""

    name: str
    stage: str
    skills: tuple[str, ...]
    examples: tuple[str, ...]


def aims(artifact: DiagnosisArtifact, evaluations: Sequence[Evaluation]) -> dict[str, Aim]:
    """By the weakness' id."""
    weaknesses = artifact.diagnosis().weaknesses
    if not weaknesses:
        return {}
    questions = {
        s.id: s.question for e in evaluations for s in e.samples() if s.half == "diagnosis"
    }
    skills = {a.sample_id: a.skill for a in artifact.attributions() if a.skill}
    members = artifact.members()
    return {
        w.id: Aim(
            name=w.name,
            stage=_stage(w),
            skills=_skills(skills, members.get(w.id, ())),
            examples=tuple(questions[i] for i in w.failing if i in questions),
        )
        for w in weaknesses
    }


def _stage(weakness: Weakness) -> str:
    """The most frequent stage that is known; ties by name."""
    known = {s: share for s, share in weakness.stages.items() if s != UNRESOLVED}
    return min(known, key=lambda s: (-known[s], s), default="")


def _skills(skills: Mapping[str, str], members: Iterable[str]) -> tuple[str, ...]:
    """Those that are named most, as far as the rest is not what a teacher names by mistake."""
    found = Counter(skills[i] for i in members if i in skills)
    least = NAMED * max(found.values(), default=0)
    often = [s for s in found if found[s] >= least]
    return tuple(sorted(often, key=lambda s: (-found[s], s))[:SKILLS])

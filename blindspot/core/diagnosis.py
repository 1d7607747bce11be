"""The diagnosis artifact as others read it: `diagnosis.json`, and `changes.json` from the
second round on.

`diagnosis.json` is made from the diagnosis half alone and is what generation reads.
`changes.json` compares rounds on both halves, the held-out one for the headline, and is what the
report and the round's verdict read; no generator or trainer may.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from blindspot.core.artifact import Artifact, open_artifact
from blindspot.core.records import Attribution, CellShare, Half, Label, Record, Weakness
from blindspot.core.tables import read_record, read_records

DIAGNOSIS_SCHEMA = 2


class CategoryRate(Record):
    """One category on the diagnosis half."""

    name: str
    """`capability/image_type`."""
    capability: str
    """Its capability."""
    image_type: str
    """Its image type."""
    n: int
    """Answered samples."""
    passed: float
    """Sum of their scores."""
    raw_rate: float
    """passed / n."""
    rate: float
    """Empirical-Bayes estimate, shrunk towards the benchmark's mean."""
    interval: tuple[float, float]
    """95 % interval of the rate."""
    verdict: Literal["weak", "strong", "undecided", "not enough data"]
    """`weak`: reliably below the rest; `strong`: lower bound at or above the target."""
    missing: int = 0
    """For `not enough data`: how many more samples are needed."""
    stages: dict[str, int] = Field(default_factory=dict)
    """Failed samples per error stage."""
    stage_shares: dict[str, float] = Field(default_factory=dict)
    """The same over n."""


class Null(Record):
    """What the same procedure reports when outcomes are shuffled over samples: its false alarms."""

    runs: int
    """Shuffles."""
    with_weakness: int
    """Shuffles in which it reported at least one weakness."""


class StageShare(Record):
    """How many of the failed samples broke at one error stage."""

    stage: str
    """The stage."""
    n: int
    """Failed samples that were put there."""
    share: float
    """n over all failed samples."""
    interval: tuple[float, float]
    """95 % interval of the share."""
    corrected: float | None = None
    """The share corrected by human labels (prediction-powered inference); None without any."""
    corrected_interval: tuple[float, float] | None = None
    """95 % interval of that."""


class ProbeShare(Record):
    """What asking failed samples again, under one intervention, says about causes."""

    probe: str
    """The probe, and what it looks for where that is not a right answer: `blind unchanged`."""
    stage: str | None
    """The stage that it speaks for where it shows what it looks for; None if it speaks for none."""
    asked: int
    """Failed samples that were asked again."""
    answered: int
    """Of those, how many were answered and graded; the others are counted in `failures`."""
    turned: int
    """Of those, how many showed what the probe looks for: a right answer now, or, in `… unchanged`,
    the same wrong one.
    """
    share: float | None
    """Share of all failed samples that would show it, from the stratified sample; None when nothing
    was answered. Not all of it is the intervention's: compare with the probe `again`.
    """
    interval: tuple[float, float]
    """95 % interval of that."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Requests without an answer, by kind."""


class TeacherReport(Record):
    """What the teacher (an LMM that names the error stage) did, and how far it agrees with itself
    and with people. Its word is never taken as truth.
    """

    asked: int
    """Failed samples that it was shown, twice each."""
    decided: int
    """Both passes named the same stage, with evidence that occurs in the answer."""
    disagreed: int
    """The two passes named different stages."""
    unreadable: int
    """A reply was no valid verdict, or quoted what the answer does not say."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Calls without an answer, by kind."""
    left: int = 0
    """Undecided failed samples that the budget did not cover."""


class HumanReport(Record):
    """What people said about failed samples, against what was attributed."""

    labelled: int
    """Failed samples with a human label."""
    agreed: int
    """Of those, how many were attributed to the same stage."""
    unknown: int = 0
    """Labels of samples that did not fail here, or whose response has changed since, left out."""


class StageExcess(Record):
    """A slice that fails at one stage reliably more often than the rest of its benchmarks."""

    name: str
    """As the slice's cell: `capability/image_type` and conditions."""
    capability: str
    """Of its category."""
    image_type: str
    """Of its category."""
    condition: dict[str, str] = Field(default_factory=dict)
    """Beyond the category."""
    stage: str
    """The error stage."""
    n: int
    """Answered samples in the slice."""
    failed: int
    """Of those, how many failed at this stage."""
    share: float
    """failed / n."""
    rest_share: float
    """The same share in the rest of its benchmarks."""
    p: float
    """One-sided p-value."""
    p_adjusted: float
    """After Benjamini–Hochberg over all pairs of slice and stage."""
    samples: tuple[str, ...] = ()
    """Ids of some that failed there."""


class FailureGroup(Record):
    """Failed answers of one category and stage that resemble each other."""

    category: str
    """`capability/image_type`."""
    stage: str
    """The error stage."""
    keywords: tuple[str, ...]
    """Words that set these answers apart from the other failed ones of the category and stage."""
    n: int
    """Failed samples in the group, among those read: at most 1,000 of a category and stage."""
    share: float
    """n over those read."""
    interval: tuple[float, float]
    """95 % interval of the share."""
    samples: tuple[str, ...]
    """Ids of some, the most typical first."""


class Gap(Record):
    """The same samples answered by this model and by a reference model."""

    name: str
    """`overall`, a category, or the id of a weakness."""
    n: int
    """Samples answered by both."""
    rate: float
    """Of this model."""
    reference_rate: float
    """Of the reference."""
    gap: float
    """rate − reference_rate."""
    interval: tuple[float, float]
    """95 % interval of the gap, bootstrap over pictures and groups."""
    p: float
    """Exact McNemar, two-sided."""
    p_adjusted: float
    """Benjamini–Hochberg over the rows of one kind; of `overall` the same as p."""


class Reference(Record):
    """The gap to another model on the diagnosis half."""

    model: str
    """The reference model's fingerprint."""
    rows: tuple[Gap, ...]
    """Overall, then categories, then weaknesses."""


class Ended(Record):
    """A weakness of an earlier round that is not found now."""

    id: str
    """As it was called."""
    name: str
    """What a person calls it."""
    round: int
    """The last round in which it was found."""
    status: Literal["resolved", "undecided", "not enough data"]
    """`resolved` where its samples are now reliably better than they were, or its interval reaches
    the target; `undecided` where it is merely no longer significant.
    """
    before: float
    """Mean score of its samples then."""
    after: float | None
    """Mean score of the same samples now; None when none was answered."""
    n: int
    """Samples answered in both rounds."""


class Diagnosis(Record):
    """`diagnosis.json`."""

    schema_version: int = DIAGNOSIS_SCHEMA
    """Of this file."""
    round: int
    """Turn of the loop, from 0."""
    model: str
    """The model's fingerprint."""
    grader: str
    """Who graded."""
    n: int
    """Answered samples of the diagnosis half."""
    rate: float
    """Their mean score."""
    interval: tuple[float, float]
    """95 % interval of it."""
    excluded: dict[str, int]
    """Samples left out, by cause: failures by kind, `unmapped` categories."""
    suspect_rate: float | None = None
    """The mean score if every answer that looks wrongly graded counted as right; `rate` is the
    benchmark's own and never does.
    """
    taxonomy: str = ""
    """Name and digest of the taxonomy."""
    labels: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Per axis, samples of the half by the source of their heaviest label."""
    categories: tuple[CategoryRate, ...]
    """All categories, by name."""
    weaknesses: tuple[Weakness, ...]
    """By rank: coverage × gap × learnability."""
    ended: tuple[Ended, ...] = ()
    """Weaknesses of earlier rounds that are not found now."""
    stages: tuple[StageShare, ...] = ()
    """All failed samples by error stage, in the order of the stages."""
    excess: tuple[StageExcess, ...] = ()
    """Slices that fail at one stage more often than the rest, by p-value."""
    probes: tuple[ProbeShare, ...] = ()
    """What asking again under interventions says about causes."""
    teacher: TeacherReport | None = None
    """What the teacher did, where there is one."""
    human: HumanReport | None = None
    """What people said, where they did."""
    groups: tuple[FailureGroup, ...] = ()
    """Failed answers that resemble each other."""
    reference: Reference | None = None
    """The gap to another model, where one was given."""
    candidates: int
    """Slices that were tested."""
    pools: dict[str, int] = Field(default_factory=dict)
    """The same by kind of candidate."""
    q: float
    """False-discovery rate that was controlled."""
    null: Null
    """The same procedure on shuffled outcomes."""
    mixture: tuple[CellShare, ...]
    """What the training set should hold; quotas sum to the budget."""
    mixture_note: str
    """One sentence: aimed at what, or why it is the prior."""


class Change(Record):
    """Paired change of some samples between two rounds."""

    name: str
    """`overall`, or a category."""
    half: Half
    """Which half."""
    since: int
    """The earlier round."""
    n: int
    """Samples answered in both."""
    before: float
    """Rate in the earlier round, on these samples."""
    after: float
    """Rate now, on these samples."""
    change: float
    """after − before."""
    interval: tuple[float, float]
    """95 % interval of the change, bootstrap over pictures."""
    won: int
    """Wrong before, right now."""
    lost: int
    """Right before, wrong now."""
    p: float
    """Exact McNemar, two-sided."""
    p_adjusted: float
    """Benjamini–Hochberg over the categories of the same half and round."""
    strong: bool
    """Whether the category was strong in the first round's diagnosis."""
    non_inferior: bool | None
    """For strong categories: lower bound above minus the margin. None otherwise."""
    detectable: float | None = None
    """Smallest true change that these samples would have shown with 80 % power."""


class Changes(Record):
    """`changes.json`: this round against the one before and against the first."""

    round: int
    """This round."""
    margin: float = 0.05
    """A category that was strong may lose less than this: what `non_inferior` is judged by."""
    rows: tuple[Change, ...]
    """Per earlier round, half and name."""
    flips: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Diagnosis-half sample ids that went `won` and `lost` since the round before."""


class Member(Record):
    """One sample of a weakness's slice."""

    weakness: str
    """Id of the weakness."""
    sample_id: str
    """The sample."""


class DiagnosisArtifact:
    """A published diagnosis."""

    def __init__(self, path: Path) -> None:
        self.artifact: Artifact = open_artifact(path, "diagnosis")
        self.path = path

    def diagnosis(self) -> Diagnosis:
        """What the diagnosis half says."""
        return read_record(self.path / "diagnosis.json", Diagnosis)

    def changes(self) -> Changes | None:
        """The comparison with earlier rounds; None in the first."""
        file = self.path / "changes.json"
        return read_record(file, Changes) if file.is_file() else None

    def members(self) -> dict[str, frozenset[str]]:
        """Ids of the samples of every weakness, answered ones only."""
        found: dict[str, set[str]] = {}
        for row in read_records(self.path / "members.parquet", Member):
            found.setdefault(row.weakness, set()).add(row.sample_id)
        return {weakness: frozenset(ids) for weakness, ids in found.items()}

    def attributions(self) -> list[Attribution]:
        """Why each failed answer of the diagnosis half failed."""
        return read_records(self.path / "attributions.parquet", Attribution)

    def labels(self) -> list[Label]:
        """What every sample was labelled as, both halves."""
        return read_records(self.path / "labels.parquet", Label)

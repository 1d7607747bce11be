"""What crosses from one stage to another: frozen records, one sentence under each field.

A `Sample` is one question with its images and target. Asking a model gives a `Completion` or a
`Failure`, never a default; a `Prediction` is that outcome, graded. Failures have no score and
stand outside every rate; what the *model* did wrong (an answer that cannot be read, a refusal, a
truncated answer) is a score of 0.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

AnswerKind = Literal["choice", "yes_no", "number", "text", "set", "box"]
Half = Literal["diagnosis", "held_out"]
Split = Literal["train", "validation", "canary"]
Axis = Literal["capability", "image_type"]
SliceKind = Literal[
    "category", "answer kind", "condition", "conjunction", "topic", "wording", "skill"
]


class Record(BaseModel):
    """Base of all records: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(Record):
    """One question of a benchmark."""

    id: str
    """Unique within the evaluation; order and identity come from it, never from a position."""
    benchmark: str
    """Name of the benchmark it came from."""
    group: str | None = None
    """What it belongs together with by the benchmark's own word (a figure, a problem); a group
    never straddles the halves.
    """
    question: str
    """The question as a person reads it, without options."""
    prompt: str
    """The exact text sent to the model beside the images."""
    images: tuple[str, ...] = ()
    """Names in the run's image store, `<sha256>.<ext>`, in the order they are sent."""
    options: tuple[str, ...] = ()
    """The options of a `choice`, in order A, B, C …; empty otherwise."""
    target: str
    """The right answer; of a `choice` its letter."""
    answer_kind: AnswerKind
    """How an answer is read from a completion and compared."""
    capability: str = "unmapped"
    """What the question asks of the model, a term of the taxonomy."""
    image_type: str = "mixed"
    """What the image is, one of the taxonomy's image types."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """Everything else the benchmark says about it, as text."""
    half: Half = "diagnosis"
    """Only the diagnosis half may reach attributors, generators or trainers."""
    component: str = ""
    """What it shares a picture or group with, by name: one half holds all of it, and a bootstrap
    draws all of it or nothing. Empty before the split.
    """

    @property
    def category(self) -> str:
        """`capability/image_type`."""
        return f"{self.capability}/{self.image_type}"


class Usage(Record):
    """Tokens of one completion."""

    prompt_tokens: int = 0
    """Tokens of the request, images included where the server counts them."""
    completion_tokens: int = 0
    """Tokens of the answer, reasoning included."""


class Completion(Record):
    """What the model said."""

    text: str
    """The answer, without the reasoning."""
    reasoning: str | None = None
    """What stood between `<think>` tags or in the server's reasoning field."""
    finish_reason: Literal["stop", "length", "content_filter"] = "stop"
    """`length`: cut off at the token limit."""
    usage: Usage = Usage()
    """Tokens in and out."""


FailureKind = Literal[
    "timeout",
    "connection",
    "rate_limit",
    "server",
    "request",
    "auth",
    "image",
    "out_of_memory",
    "unjudged",
    "truncated",
    "unreadable",
    "budget",
    "fetch",
]
"""`truncated`, `unreadable`: what an agent replied was cut off, or is not what it must be.
`budget`: not asked, since it might have cost more than is left. `fetch`: bytes of the web that
could not be had, or were refused.
"""


class Failure(Record):
    """Why there is no answer: data with a cause, never an answer and never a score."""

    kind: FailureKind
    """The cause, by which failures are counted."""
    message: str
    """One line, without secrets."""
    retryable: bool
    """Whether asking again later can help; such a failure is asked again on resume."""


Outcome = Completion | Failure


class Prediction(Record):
    """The graded outcome of asking one sample once."""

    sample_id: str
    """The sample."""
    repeat: int = 0
    """Which of the evaluation's repeats, from 0."""
    completion: Completion | None = None
    """What the model said, or None when it said nothing."""
    failure: Failure | None = None
    """Why there is no score, or None; beside a completion only when nobody could judge it."""
    answer: str | None = None
    """What was extracted from the completion; None if nothing could be read."""
    score: float | None = Field(default=None, ge=0, le=1)
    """In [0, 1]; None exactly for failures."""
    grader: str
    """Who graded, with its version; predictions of two graders are never compared."""

    @model_validator(mode="after")
    def _one_outcome(self) -> "Prediction":
        unjudged = self.failure is not None and self.failure.kind == "unjudged"
        if (self.completion is None) == (self.failure is None or unjudged):
            raise ValueError("a prediction has a completion, or a failure that says why not")
        if (self.score is None) != (self.failure is not None):
            raise ValueError("a graded completion has a score, a failure has none")
        return self


class Label(Record):
    """What one sample asks, or what its picture is: a term of the taxonomy. A sample may have
    several on an axis.
    """

    sample_id: str
    """The sample."""
    axis: Axis
    """Which of the two."""
    term: str
    """The term."""
    weight: float = Field(gt=0, le=1)
    """Its part of the sample; the weights of one axis sum to 1."""
    source: str
    """The labeller that said so, or `none` where none did."""
    confidence: float = Field(ge=0, le=1)
    """How sure the labeller is, as it says itself."""


class Attribution(Record):
    """At which stage of the answer one failed sample broke."""

    sample_id: str
    """The sample, of the diagnosis half."""
    repeat: int = 0
    """Which prediction of it."""
    stage: str
    """The error stage, a term of `diagnostics`."""
    source: str
    """The attributor that decided, or `none`."""
    confidence: float = Field(ge=0, le=1)
    """How sure the attributor is, as it says itself."""
    evidence: str | None = None
    """A span of the completion that shows it, verbatim."""
    wrong_step: str | None = None
    """The first wrong step of the answer, in a teacher's words."""
    skill: str | None = None
    """The skill whose lack explains it, in a teacher's words."""
    flag: str | None = None
    """What else is worth knowing, e.g. `target present` of an answer in the wrong form."""


class Weakness(Record):
    """A slice reliably below the rest."""

    id: str
    """Stable over rounds for the same slice."""
    name: str
    """What a person calls it."""
    capability: str
    """The capability of its category."""
    image_type: str
    """The image type of its category."""
    condition: dict[str, str] = Field(default_factory=dict)
    """What beyond the category defines the slice: attribute values, an answer kind, a topic's
    keywords or a wording; empty for a whole category.
    """
    kind: SliceKind = "category"
    """Which kind of candidate it was."""
    keywords: tuple[str, ...] = ()
    """Words that set its questions apart from the rest of its benchmarks, the strongest first."""
    medoid: str = ""
    """Id of its most typical sample."""
    n: int
    """Answered samples in the slice."""
    effective_n: float = Field(default=0.0, ge=0)
    """Independent samples that these are worth: n over the design effect of shared pictures."""
    passed: float
    """Sum of their scores."""
    raw_rate: float
    """passed / n."""
    rate: float
    """Empirical-Bayes estimate of the pass rate."""
    interval: tuple[float, float]
    """95 % interval of the rate."""
    gap: float
    """Rate of the rest minus `rate`."""
    coverage: float
    """Share of the benchmark's samples that fall in it."""
    p: float
    """One-sided p-value against the rest."""
    p_adjusted: float
    """After Benjamini–Hochberg over all candidates."""
    stability: float | None = None
    """Mean overlap (Jaccard) with the best matching weakness over resamples of the evaluation;
    below .6 its borders are not to be relied on.
    """
    status: Literal["new", "persists", "shrank", "reappeared"] | None = None
    """Against earlier rounds, by overlap of the samples; None in the first."""
    since: int | None = None
    """The round in which it was first found; None in the first."""
    learnability: float
    """Mean of 4p(1−p): 1 where half of the answers are right, 0 where all or none are."""
    stages: dict[str, float] = Field(default_factory=dict)
    """Share of its failures per error stage."""
    failing: tuple[str, ...] = ()
    """Ids of failing samples, the evidence."""
    passing: tuple[str, ...] = ()
    """Ids of the nearest passing samples of the same category."""


class CellShare(Record):
    """One row of the mixture that a diagnosis asks for."""

    capability: str
    """The capability to make samples for."""
    image_type: str
    """On this type of image."""
    condition: dict[str, str] = Field(default_factory=dict)
    """Under these conditions, as far as a source knows them."""
    share: float = Field(ge=0, le=1)
    """Share of the training set."""
    quota: int = Field(ge=0)
    """Samples of the budget; quotas sum to the budget exactly."""
    weakness: str | None = None
    """Id of the weakness it aims at, or None."""
    why: str
    """One sentence: the terms that gave it this share."""

    @property
    def name(self) -> str:
        """`capability/image_type` and the conditions, e.g. `counting/geometric objects=many`."""
        conditions = "".join(f" {k}={v}" for k, v in sorted(self.condition.items()))
        return f"{self.capability}/{self.image_type}{conditions}"


class Edit(Record):
    """One edit of a picture: parent → operation → child."""

    parent: str
    """SHA-256 of the bytes of the picture that was edited."""
    operation: str
    """A file under `generation/edits/`."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """What it was told."""
    child: str
    """SHA-256 of the bytes that came out."""


class TrainingSample(Record):
    """One verified sample of a training set."""

    id: str
    """`<split>/<cell>/<slot>`, stable."""
    split: Split
    """`train`, `validation` (same cells) or `canary` (strong categories, never trained on)."""
    cell: str
    """Name of the plan's cell."""
    question: str
    """The question as a person reads it."""
    prompt: str
    """The exact text sent to the model."""
    images: tuple[str, ...]
    """Names in the run's image store."""
    options: tuple[str, ...] = ()
    """Options of a `choice`."""
    target: str
    """The verified answer."""
    answer_kind: AnswerKind
    """How it is graded, the same as in the harness."""
    capability: str
    """Of its category."""
    image_type: str
    """Of its category."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """Conditions that it meets."""
    source: str
    """The plugin that made it, with its seed or address."""
    content: str = ""
    """What the picture says, where the source knows."""
    evidence: tuple[tuple[float, float, float, float], ...] = ()
    """Boxes in pixels (x0, y0, x1, y1) where the answer stands."""
    licence: str = ""
    """SPDX name of the licence of its pictures; empty for what was drawn here."""
    attribution: str = ""
    """Whom to name, and where: `title, author, address`; empty for what was drawn here."""
    lineage: tuple[Edit, ...] = ()
    """The edits that its pictures went through, in order."""
    pass_rate: float | None = None
    """Share of the policy's rollouts that were right when it was admitted."""
    rollouts: int = 0
    """How many rollouts that was."""


class NegativePair(Record):
    """What the policy said wrong about a training sample, to be rejected where the target is
    chosen. A trainer shows the sample's own pictures for both.
    """

    sample_id: str
    """The training sample."""
    chosen: str
    """The verified answer, as a model would say it."""
    rejected: str
    """What the policy said, and is wrong."""
    how: Literal["distorted image", "masked attention", "wrong rollout"]
    """Under which circumstances it said so."""
    distortion: str = ""
    """What was done to the picture, e.g. `mask`, `blur`, `noise`, `swap`; or to attention."""
    seen_images: tuple[str, ...] = ()
    """Names in the image store of the pictures that it saw, where they were not the sample's."""

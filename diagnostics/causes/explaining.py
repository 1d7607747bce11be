"""Why failed samples failed: rules for all of them, probes and a teacher for a drawn part of what
rules leave open, people's labels over all.

    predictions → rules → (probes) → (teacher) → stage shares, corrected by people → groups

Rules see every failed answer. Probes and the teacher ask models, so they are off unless they are
configured; both see the diagnosis half alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from blindspot.core.diagnosis import FailureGroup, HumanReport, StageShare, TeacherReport
from blindspot.core.errors import ConfigError
from blindspot.core.model import Sampling
from blindspot.core.records import Attribution, Prediction
from diagnostics.answers import Answers
from diagnostics.causes import human
from diagnostics.causes.attribution import attributions
from diagnostics.causes.attributor import UNRESOLVED
from diagnostics.causes.failed import Failed
from diagnostics.causes.failures import failures
from diagnostics.causes.groups import failure_groups
from diagnostics.causes.probing import Probed, probe
from diagnostics.causes.stage_shares import human_report, stage_shares
from diagnostics.causes.teacher import teach
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings

NOT_PROBED: Final = Probed((), {}, {})


@dataclass(frozen=True)
class Causes:
    """What is known about the failed samples of the diagnosis half."""

    attributions: list[Attribution]
    """One per failed prediction, by sample and repeat."""
    failed: list[Failed]
    """One per failed sample, by id."""
    shares: tuple[StageShare, ...]
    groups: tuple[FailureGroup, ...]
    probed: Probed
    teacher: TeacherReport | None = None
    human: HumanReport | None = None

    @property
    def stage_of(self) -> dict[str, str]:
        """The error stage of every failed sample."""
        return {f.sample.id: f.stage for f in self.failed}


def explain(
    config: DiagnosticsSettings,
    inputs: DiagnosisInputs,
    sampling: Sampling,
    answers: Answers,
    predictions: Sequence[Prediction],
) -> Causes:
    """All that the configured means say about the failed answers. Raises
    ConfigError for probes without a model to ask.
    """
    found = attributions(answers.samples, predictions)
    failed = failures(answers, predictions, found)
    probed = _probed(config, inputs, sampling, failed)
    failed, report = _taught(config, inputs, _decided(failed, probed.verdicts))
    labels = human.read(config.human_labels) if config.human_labels else {}
    named = human.stages(labels, failed)
    return Causes(
        attributions=_replaced(found, failed),
        failed=failed,
        shares=stage_shares(failed, named),
        groups=failure_groups(failed),
        probed=probed,
        teacher=report,
        human=human_report(failed, named, len(labels) - len(named)) if labels else None,
    )


def _probed(
    config: DiagnosticsSettings,
    inputs: DiagnosisInputs,
    sampling: Sampling,
    failed: Sequence[Failed],
) -> Probed:
    if not config.probes.failures or not failed:
        return NOT_PROBED
    if inputs.model is None:
        raise ConfigError(
            "diagnosis.probes.failures",
            "probes ask the model that was evaluated, and none is given",
            "Name it in [model], or leave diagnosis.probes.failures at 0",
        )
    teacher = config.teacher.model if config.teacher else None
    return probe(config.probes, inputs.model, inputs.folder, sampling, failed, config.seed, teacher)


def _taught(
    config: DiagnosticsSettings, inputs: DiagnosisInputs, failed: list[Failed]
) -> tuple[list[Failed], TeacherReport | None]:
    if config.teacher is None:
        return failed, None
    asked = [f for f in failed if config.teacher.every or f.stage == UNRESOLVED]
    taught = teach(config.teacher, inputs.folder, asked, config.seed)
    return [_told(f, taught.verdicts.get(f.sample.id)) for f in failed], taught.report


def _told(failed: Failed, said: Attribution | None) -> Failed:
    """The failed sample with a teacher's verdict; of a stage that is known already, with the step
    and the skill alone.
    """
    if said is None:
        return failed
    known = {"wrong_step": said.wrong_step, "skill": said.skill}
    is_open = failed.stage == UNRESOLVED
    return replace(
        failed, attribution=said if is_open else failed.attribution.model_copy(update=known)
    )


def _decided(failed: Iterable[Failed], verdicts: Mapping[str, Attribution]) -> list[Failed]:
    """The failed samples with what was said about some of them."""
    return [replace(f, attribution=verdicts.get(f.sample.id, f.attribution)) for f in failed]


def _replaced(found: Iterable[Attribution], failed: Iterable[Failed]) -> list[Attribution]:
    """The attributions with what was said since about the answers that show failed samples."""
    said = {(f.sample.id, f.prediction.repeat): f.attribution for f in failed}
    return [said.get((a.sample_id, a.repeat), a) for a in found]

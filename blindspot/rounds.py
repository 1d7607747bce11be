"""The loop: evaluate → diagnose → generate → train → accept, and again, until the last evaluation.

Each stage reads artifacts and writes one. A round goes on where the manifests on disk say that it
stopped, so running the same command again continues a run that was killed; an artifact made with
other settings or inputs is never used silently.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import tomli_w

from blindspot import redoing
from blindspot.core.acceptance import AcceptanceArtifact
from blindspot.core.artifact import Artifact, provenance, published, remove, write_text
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError, UsageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import ModelSettings
from blindspot.core.progress import say
from blindspot.core.run_folder import RoundFolder, RunFolder
from blindspot.matching import STAGES, checked, fitting
from blindspot.settings import Config, load


class Rounds:
    """A run's rounds, on one folder. `command` is what the pages name as the way to make them
    again; `reference` another model's evaluation, which diagnoses are set against.
    """

    def __init__(
        self, config: Config, folder: RunFolder, command: str = "", reference: Path | None = None
    ) -> None:
        self.config, self.folder, self.command = config, folder, command
        self.reference = reference

    def keep(self) -> None:
        """Write the config into the folder, from which the run is taken up: when something stands
        that was made by it, and never before what stands already was checked against it.
        """
        plain = self.config.model_dump(mode="json", exclude_none=True)
        write_text(self.folder.config, tomli_w.dumps(plain))

    def run(self) -> None:
        """All rounds, then the evaluation that measures the last; pages after each. A monitor may
        end it before.
        """
        from training import stage as training

        training.check(self.config.training, self.config.model)
        for number in range(self.config.rounds + 1):
            self._advance(STAGES[:2], number)
            last = self.watch(number) or number == self.config.rounds
            self._advance(() if last else STAGES[2:], number)
            self.page(number)
            self.index()
            if last:
                break
        self.keep()

    def _advance(self, stages: Sequence[str], number: int) -> None:
        for stage in stages:
            stands = published(getattr(self.folder.round(number), stage))
            self.advance(stage, number)
            if not stands:
                self.keep()

    def watch(self, number: int) -> bool:
        """Ask the monitors after a round's evaluation, and keep what they said; whether one of them
        ends the loop.
        """
        from training import monitoring

        watched = monitoring.watch(self.folder, number, self.config.monitors)
        monitoring.write(self.folder.round(number).monitors, watched)
        for alarm in watched.alarms:
            say(f"{'stopped' if alarm.stop else 'alarm'}, {alarm.name}: {alarm.said} {alarm.todo}")
        return watched.stops

    def advance(self, stage: str, number: int) -> Artifact:
        """One stage of one round; an artifact that is there already is checked and kept."""
        out = getattr(self.folder.round(number), stage)
        if published(out):
            return checked(self.config, self.folder.round(number), self.model(number), stage)
        say(f"round {number}: {stage.replace('_', ' ')}")
        if (stage, number) == (STAGES[0], 0) and not out.with_name(f"{out.name}.tmp").exists():
            self.keep()  # nothing is there that was begun with another
        return getattr(self, f"_{stage}")(number, out)

    def step(self, stage: str, number: int) -> Artifact:
        """One stage by itself. Raises ConfigError where a stage before it in the round was made
        with other settings than those it would now go by.
        """
        for before in STAGES[: STAGES.index(stage)]:
            fitting(self.config, self.folder.round(number), before)
        return self.advance(stage, number)

    def page(self, number: int) -> Path:
        """Write the round's page."""
        from reports import stage as reports

        inputs = reports.ReportInputs(self.folder, number, self.command)
        return reports.run(self.config.report, inputs, self.folder.round(number).report)

    def index(self) -> Path:
        """Write the index over all rounds, which looks at their pages."""
        from reports import stage as reports

        return reports.run_index(self.config.report, self.folder, self.command)

    def model(self, number: int) -> ModelSettings:
        """Who is evaluated in a round: the last checkpoint that was accepted before it, or else the
        configured model.
        """
        for earlier in reversed([self.folder.round(n) for n in range(number)]):
            if not published(earlier.acceptance):
                raise self._unjudged(earlier.number)
            if AcceptanceArtifact(earlier.acceptance).acceptance().accepted:
                return self.config.model.model_copy(update={"checkpoint": str(earlier.checkpoint)})
        return self.config.model

    def _unjudged(self, number: int) -> DataError:
        root = self.folder.root
        return DataError(
            f"Round {number} of {root}",
            "nothing says whether its checkpoint was accepted, which decides who is evaluated next",
            f"Have it judged: blindspot run {root / 'config.toml'} --out {root}",
        )

    def regrade(self) -> None:
        """Grade the stored completions of every round again; no model is asked. An evaluation goes
        only when the new one stands: it is put back where grading fails, or was killed before.
        """
        for folder in self.folder.rounds():
            aside = folder.evaluation.with_name("evaluation.earlier")
            if published(aside) and not published(folder.evaluation):
                aside.rename(folder.evaluation)
            if published(folder.evaluation):
                say(f"round {folder.number}: grading again")
                self._regrade(folder, aside)

    def _regrade(self, folder: RoundFolder, aside: Path) -> None:
        remove(aside)
        folder.evaluation.rename(aside)
        try:
            self._evaluation(folder.number, folder.evaluation, Evaluation(aside))
        finally:
            if not published(folder.evaluation):
                aside.rename(folder.evaluation)
        remove(aside)

    def diagnosed(self, path: Path) -> Diagnosis:
        """A diagnosis, with the gap to the reference also where it was made without one."""
        from diagnostics import gap

        found = DiagnosisArtifact(path).diagnosis()
        if self.reference is None:
            return found
        measured = gap.measure(
            self.config.diagnosis, path, path.with_name("evaluation"), self.reference
        )
        return found.model_copy(update={"reference": measured})

    def redo(self, stage: str) -> None:
        """Delete what `stage` made, and all that came of it; refused where an input lies there."""
        if stage not in STAGES:
            raise UsageError(
                f"--redo {stage}", "there is no such stage", f"Known: {', '.join(STAGES)}"
            )
        doomed = [
            getattr(folder, name)
            for position, folder in enumerate(self.folder.rounds())
            for name in STAGES[STAGES.index(stage) if position == 0 else 0 :]
        ]
        redoing.check(stage, self.config, self.reference, doomed)
        for path in doomed:
            remove(path)

    def next_round(self, stage: str) -> int:
        """The round in which a stage runs: the first that has its input and not its output."""
        for folder in [*self.folder.rounds(), self.folder.round(len(self.folder.rounds()))]:
            if not published(getattr(folder, stage)):
                if self._has_input(stage, folder):
                    return folder.number
                break
        done = [r.number for r in self.folder.rounds() if published(getattr(r, stage))]
        if done:
            return done[-1]
        before = STAGES[STAGES.index(stage) - 1]
        why = f"there is no {before.replace('_', ' ')} for it to read"
        raise DataError(
            f"{stage} in {self.folder.root}", why, f"Run the stage that writes the {before} first"
        )

    def _has_input(self, stage: str, folder: RoundFolder) -> bool:
        if stage == STAGES[0]:
            return folder.number == 0 or published(self.folder.round(folder.number - 1).acceptance)
        return published(getattr(folder, STAGES[STAGES.index(stage) - 1]))

    def _evaluation(self, number: int, out: Path, earlier: Evaluation | None = None) -> Artifact:
        from harness import stage as harness

        inputs = harness.EvaluationInputs(self.folder, self.model(number), earlier)
        self.folder.round(number).monitors.unlink(missing_ok=True)  # they saw another evaluation
        return harness.run(self.config.evaluation, inputs, out)

    def _diagnosis(self, number: int, out: Path) -> Artifact:
        from diagnostics import stage as diagnostics
        from generation import stage as generation

        earlier = [self.folder.round(n) for n in range(number)]
        inputs = diagnostics.DiagnosisInputs(
            folder=self.folder,
            model=self.model(number),
            evaluation=self.folder.round(number).evaluation,
            round=number,
            earlier=tuple(r.evaluation for r in earlier),
            previous=tuple(r.diagnosis for r in earlier),
            reference=self.reference,
            can_make=generation.catalogue(self.config.generation),
        )
        return diagnostics.run(self.config.diagnosis, inputs, out)

    def _training_set(self, number: int, out: Path) -> Artifact:
        from generation import stage as generation

        here = self.folder.round(number)
        inputs = generation.GenerationInputs(
            folder=self.folder,
            diagnosis=here.diagnosis,
            evaluations=(here.evaluation,),
            policy=self.model(number),
            earlier=tuple(self.folder.round(n).training_set for n in range(number)),
            round=number,
        )
        return generation.run(self.config.generation, inputs, out)

    def _checkpoint(self, number: int, out: Path) -> Artifact:
        from training import stage as training

        inputs = training.TrainingInputs(
            folder=self.folder,
            training_set=self.folder.round(number).training_set,
            policy=self.model(number),
            round=number,
        )
        return training.run(self.config.training, inputs, out)

    def _acceptance(self, number: int, out: Path) -> Artifact:
        from training import acceptance

        here, start = self.folder.round(number), self.model(number)
        inputs = acceptance.AcceptanceInputs(
            folder=self.folder,
            training_set=here.training_set,
            start=start,
            trained=start.model_copy(update={"checkpoint": str(here.checkpoint)}),
            checkpoint=here.checkpoint,
            sampling=self.config.evaluation.sampling,
        )
        found = acceptance.run(self.config.acceptance, inputs, out)
        verdict = AcceptanceArtifact(out).acceptance()
        say(f"{'accepted' if verdict.accepted else 'rolled back'}: {verdict.why}")
        return found


def begin(config: Config, root: Path, command: str = "") -> Rounds:
    """Make or take up a run's folder; the resolved config is kept in it while nothing stands there
    that another made.
    """
    folder = RunFolder(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {root}", error.strerror or str(error), "Give another with --out"
        ) from error
    work = Rounds(config, folder, command)
    if not folder.config.is_file():
        work.keep()
    if not folder.manifest.is_file():
        begun = {"kind": "run", "name": config.name, "command": command, **provenance()}
        write_text(folder.manifest, json.dumps(begun, indent=1))
    return work


def resume(
    root: Path, command: str = "", overrides: tuple[str, ...] = (), reference: Path | None = None
) -> Rounds:
    """Take up the run in a folder by the config that lies in it, and overrides of it."""
    folder = RunFolder(root)
    if not folder.config.is_file():
        raise DataError(
            f"The run {root}",
            "it has no config.toml",
            "Give the folder of a run, or begin one with: blindspot evaluate CONFIG --out FOLDER",
        )
    return Rounds(load(folder.config, overrides), folder, command, reference)


def evaluated(folder: RunFolder) -> Sequence[RoundFolder]:
    """The rounds that have an evaluation."""
    return [r for r in folder.rounds() if published(r.evaluation)]

"""All monitors over a run on disk, and the file they are kept in."""

from pathlib import Path

import pytest

from blindspot.core.artifact import Draft
from blindspot.core.errors import DataError, UnknownNameError
from blindspot.core.monitors import read
from blindspot.core.records import Completion, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from training.monitor_settings import MonitorSettings
from training.monitoring import watch, write


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Two rounds of 200 yes/no questions; in the second, "yes" to nearly all."""
    folder = RunFolder(tmp_path / "run")
    for number in (0, 1):
        samples = [_sample(i) for i in range(200)]
        said = [_said(s, "yes" if number and i % 10 else s.target) for i, s in enumerate(samples)]
        draft = Draft(folder.round(number).evaluation, "evaluation", {}, {})
        write_records(draft.path / "samples.parquet", samples, Sample)
        write_records(draft.path / "predictions.parquet", said, Prediction)
        draft.publish()
    return folder


def _sample(i: int) -> Sample:
    return Sample(
        id=f"{i:03}", benchmark="pope", question="q", prompt="q", images=(f"{i}.png",),
        target=("yes", "no")[i % 2], answer_kind="yes_no", half="held_out",
    )  # fmt: skip


def _said(sample: Sample, answer: str) -> Prediction:
    score = float(answer == sample.target)
    completion = Completion(text=answer)
    return Prediction(
        sample_id=sample.id, completion=completion, answer=answer, score=score, grader="g"
    )


def test_a_model_that_says_yes_to_everything_stops_the_loop(run: RunFolder):
    assert not watch(run, 0, MonitorSettings()).alarms
    found = watch(run, 1, MonitorSettings())
    assert found.stops
    assert {"yes rate", "wrong yes"} <= {a.name for a in found.alarms}
    assert {f.monitor for f in found.figures} >= {"capability_floor", "collapse", "plateau"}


def test_alarms_may_warn_only(run: RunFolder):
    found = watch(run, 1, MonitorSettings(stop=False))
    assert found.alarms
    assert not found.stops


def test_only_the_named_monitors_are_asked(run: RunFolder):
    found = watch(run, 1, MonitorSettings(names=("plateau",)))
    assert [f.monitor for f in found.figures] == ["plateau"]
    with pytest.raises(UnknownNameError):
        watch(run, 1, MonitorSettings(names=("plateu",)))


def test_what_is_written_is_read(run: RunFolder):
    found, path = watch(run, 1, MonitorSettings()), run.round(1).path / "monitors.json"
    write(path, found)
    assert read(path) == found
    path.write_text("{}")
    with pytest.raises(DataError, match=r"monitors\.json"):
        read(path)


def test_watching_twice_says_the_same(run: RunFolder):
    assert watch(run, 1, MonitorSettings()) == watch(run, 1, MonitorSettings())

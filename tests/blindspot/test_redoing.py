"""What may be deleted to make a stage again, by where the inputs lie."""

from pathlib import Path

import pytest

from blindspot import redoing
from blindspot.core.errors import DataError, UsageError
from blindspot.settings import Config


def config(**options: object) -> Config:
    asked = {"evaluation": {"benchmarks": [{"name": "b", "path": "b.parquet"}]}}
    return Config.model_validate({"name": "a", "model": {"checkpoint": "m"}, **asked, **options})


def options(path: Path) -> dict[str, Config]:
    """A path in some place of the settings, by the name of the place."""
    source = {"plugin": "retrieve", "path": path}
    return {
        "model.checkpoint": config(model={"checkpoint": str(path)}),
        "evaluation.benchmarks.0.path": config(
            evaluation={"benchmarks": [{"name": "b", "path": path}]}
        ),
        "diagnosis.taxonomy": config(diagnosis={"taxonomy": path}),
        "generation.sources.0.path": config(generation={"sources": [source]}),
    }


def test_every_input_inside_is_named(tmp_path: Path) -> None:
    doomed = tmp_path / "run" / "round-0" / "checkpoint"
    for path in (doomed, doomed / "sub" / "file"):
        for name, told in options(path).items():
            with pytest.raises(UsageError, match=rf"--redo checkpoint.*{name} = .*Copy it"):
                redoing.check("checkpoint", told, None, [doomed])


def test_what_lies_beside_stays(tmp_path: Path) -> None:
    doomed = tmp_path / "run" / "round-0" / "checkpoint"
    for path in (doomed.parent, doomed.with_name("checkpoint-2")):
        for told in options(path).values():
            redoing.check("checkpoint", told, path, [doomed])


def test_a_link_into_it_and_the_reference_count(tmp_path: Path) -> None:
    doomed = tmp_path / "run" / "round-1" / "evaluation"
    doomed.mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "run")
    behind = tmp_path / "link" / "round-1" / "evaluation"
    with pytest.raises(UsageError, match=r"model\.checkpoint"):
        redoing.check("evaluation", config(model={"checkpoint": str(behind)}), None, [doomed])
    with pytest.raises(UsageError, match="reference = "):
        redoing.check("evaluation", config(), behind, [doomed])


def test_labels_are_read_only_for_a_new_diagnosis(tmp_path: Path) -> None:
    told = config(diagnosis={"human_labels": tmp_path / "gone.csv"})
    redoing.check("checkpoint", told, None, [tmp_path / "checkpoint"])
    with pytest.raises(DataError, match=r"gone\.csv"):
        redoing.check("diagnosis", told, None, [tmp_path / "diagnosis", tmp_path / "checkpoint"])

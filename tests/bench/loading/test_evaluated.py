"""A real evaluation of a few samples, killed and gone on with; and a planted one that forgets all
that was answered, which every row tells.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.extent import Extent
from bench.harness_arms import ArmError, Place
from bench.loading import continuing, evaluated

SAMPLES = 200


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], evaluated.Evaluated]:
    """What is measured of one size."""
    monkeypatch.setattr(evaluated, "SMOKE_SIZES", (SAMPLES,))
    monkeypatch.setattr(evaluated, "_BARE_SMOKE", 50)

    def measure() -> evaluated.Evaluated:
        (found,) = evaluated.evaluations(Extent(False, tmp_path / "smoke"))
        return found

    return measure


def test_an_evaluation(
    measured: Callable[[], evaluated.Evaluated], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(evaluated, "_after", lambda *arguments: None)  # three more commands
    found = measured()
    assert found.samples == SAMPLES
    sizes = ("ledger", "parquet", "images", "pictures.sqlite")
    assert min(found.whole[name] for name in ("rate", "cpu", "memory", *sizes)) > 0
    assert found.killed
    assert found.killed["lost"] == 0
    assert 0 < found.killed["first"] < found.killed["wall"]
    assert measured() == found, "measured once"


def test_a_client_that_forgets_is_told(
    measured: Callable[[], evaluated.Evaluated], monkeypatch: pytest.MonkeyPatch
):
    def forgetting(arm: str, place: Place, url: str) -> list[str]:
        place.folder.mkdir(parents=True, exist_ok=True)
        asked = (str(place.data.pictures), str(place.data.kind.samples), "4", "--raw")
        return [sys.executable, "-m", "bench.bare_client", url, *asked]

    monkeypatch.setattr(evaluated, "PER_PICTURE", 1)  # it reads a picture for each sample
    monkeypatch.setattr(evaluated, "BLINDSPOT", [sys.executable, "-c", ""])
    monkeypatch.setattr(evaluated, "command", forgetting)
    found = measured()
    assert found.after
    assert found.after["finished"]["calls"] == SAMPLES
    by_measure = {row.measure: row for row in continuing.rows(found)}
    (lost,) = (row for measure, row in by_measure.items() if "answers lost" in measure)
    (asked,) = (row for measure, row in by_measure.items() if "finished: requests" in measure)
    assert (lost.met, asked.met, asked.value) == (False, False, SAMPLES)


def test_a_command_that_fails_is_an_error_with_what_it_said(
    measured: Callable[[], evaluated.Evaluated], monkeypatch: pytest.MonkeyPatch
):
    def failing(arm: str, place: Place, url: str) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit('no such thing')"]

    monkeypatch.setattr(evaluated, "command", failing)
    with pytest.raises(ArmError, match="no such thing"):
        measured()

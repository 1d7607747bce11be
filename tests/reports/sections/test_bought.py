from collections.abc import Callable
from typing import Any

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from reports import formatting as f


def test_quota_and_gain_are_the_artifacts(
    run_folder: RunFolder, shown: Callable[..., tuple[str, Any]], plain: Callable[[Any], Any]
):
    html, numbers = shown(run_folder, "bought", 1)
    rows = {row["name"]: row for row in numbers["rows"]}
    changes = DiagnosisArtifact(run_folder.round(1).diagnosis).changes()
    assert changes
    held_out = [c for c in changes.rows if c.half == "held_out" and c.name != "overall"]
    for change in held_out:
        assert rows[change.name]["change"] == plain(change)
        assert f.change(change.change, change.interval) in html
    mixture = DiagnosisArtifact(run_folder.round(0).diagnosis).diagnosis().mixture
    quotas = {f"{c.capability}/{c.image_type}": c.quota for c in mixture}
    assert {n: r["quota"] for n, r in rows.items() if r["quota"]} == quotas
    cells = TrainingSetArtifact(run_folder.round(0).training_set).outcomes().cells
    made = {c.name.partition(" ")[0]: c.admitted for c in cells}
    assert {n: r["admitted"] for n, r in rows.items() if r["quota"]} == made
    asked, other = (t for t in numbers["charts"]["gain-0-1"]["data"] if t["mode"] == "markers")
    gain = [(r["quota"], r["change"]["change"]) for r in numbers["rows"]]
    assert asked["x"] == [change for quota, change in gain if quota]
    assert other["x"] == [change for quota, change in gain if not quota]
    assert asked["text"][0] == "counting/geometric · 150: +10.0 points"
    assert numbers["rows"][0]["quota"] == max(quotas.values())


def test_a_category_that_was_not_measured(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
):
    folder = make_run()
    cell = DiagnosisArtifact(folder.round(0).diagnosis).diagnosis().mixture[0]
    cells = [cell.model_copy(update={"capability": "clock", "quota": q}) for q in (33, 44)]
    enrich(folder, 0, mixture=tuple(cells))
    _, numbers = shown(folder, "bought", 1)
    first = numbers["rows"][0]
    assert (first["name"], first["quota"], first["change"]) == ("clock/geometric", 77, None)
    drawn = [t["text"] for t in numbers["charts"]["gain-0-1"]["data"] if t["mode"] == "markers"]
    assert "clock" not in str(drawn)


def test_nothing_was_bought_yet(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(make_run(rounds=1), "bought", 0)
    assert numbers is None
    assert "No round after a training has been diagnosed yet." in html


def test_a_rejected_round_says_so(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    """Changes since the round before stand in the artifact; here only those since round 0 do."""
    html, numbers = shown(make_run(rounds=3), "bought", 2)
    found = {(r["before"], r["rolled_back"]) for r in numbers["rows"]}
    assert found == {(0, False), (1, True)}
    assert "rolled back" in html
    assert all(r["change"] is None for r in numbers["rows"] if r["before"] == 1)
    assert list(numbers["charts"]) == ["gain-0-1"]

from collections.abc import Callable
from typing import Any

from blindspot.core.artifact import Draft
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.run_folder import RunFolder
from reports import formatting as f


def test_the_round_before_stands_beside(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    plain: Callable[[Any], Any],
):
    folder = make_run()
    old, new = (DiagnosisArtifact(folder.round(n).diagnosis).diagnosis().mixture for n in range(2))
    changed = tuple(c.model_copy(update={"share": 0.4321, "quota": 432}) for c in old)
    enrich(folder, 0, mixture=changed)
    html, numbers = shown(folder, "mixture", 1)
    before = {c.name: c for c in changed}
    assert numbers["previous"] == 0
    assert [r["cell"] for r in numbers["rows"]] == [plain(c) for c in new]
    for row, cell in zip(numbers["rows"], new, strict=True):
        assert row["before"] == (plain(before[cell.name]) if cell.name in before else None)
    gone = [c for c in changed if c.name not in {n.name for n in new}]
    assert gone
    assert numbers["dropped"] == [{"name": c.name, "cell": plain(c)} for c in gone]
    assert "no longer in the mixture" in html
    assert all(gone_cell.name in html for gone_cell in gone)
    assert html.count('"num">432</td>') == len(changed)
    assert html.count(f'"num">{f.percent(0.4321)}</td>') == len(changed)
    assert '<td class="num quiet">new</td>' in html


def test_the_first_round_has_no_column_for_another(
    run_folder: RunFolder, shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(run_folder, "mixture", 0)
    assert (numbers["previous"], numbers["dropped"], numbers["rules"]) == (None, [], {})
    assert "Round" not in html.partition("<thead>")[2]


def test_floor_and_cap_are_the_diagnosis_settings(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = make_run(rounds=1)
    place = folder.round(0).diagnosis
    text = (place / "diagnosis.json").read_text()
    for file in sorted(place.iterdir()):
        file.unlink()
    place.rmdir()
    draft = Draft(place, "diagnosis", {"floor": 0.0213, "cap": 0.3512, "budget": 1234}, {})
    (draft.path / "diagnosis.json").write_text(text)
    draft.publish()
    html, numbers = shown(folder, "mixture", 0)
    assert numbers["rules"] == {"budget": 1234, "floor": 0.0213, "cap": 0.3512}
    assert all(part in html for part in ("at least 2.1&nbsp;%", "more than 35.1&nbsp;%", "1,234"))


def test_no_source_can_make_it(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
):
    folder = make_run(rounds=1)
    enrich(folder, 0, mixture=())
    assert "No source can make" in shown(folder, "mixture", 0)[0]

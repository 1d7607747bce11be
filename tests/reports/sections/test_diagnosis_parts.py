"""What a diagnosis says beside weaknesses: ended ones, groups of failures, another model."""

from collections.abc import Callable
from typing import Any

from blindspot.core.diagnosis import Ended, FailureGroup, Gap, Reference
from blindspot.core.records import Weakness
from blindspot.core.run_folder import RunFolder
from reports import formatting as f

ENDED = Ended(
    id="w-ocr", name="words", round=0, status="undecided", before=0.4321, after=0.5432, n=17
)
GROUP = FailureGroup(
    category="counting/geometric", stage="perception", keywords=("shapes", "</td><b>"), n=19,
    share=0.6333, interval=(0.4567, 0.7812), samples=("tiny/counting/diagnosis/017", "gone"),
)  # fmt: skip


def gap(name: str, value: float) -> Gap:
    return Gap(
        name=name, n=131, rate=0.6123, reference_rate=0.6123 - value, gap=value,
        interval=(value - 0.0712, value + 0.0634), p=0.0234, p_adjusted=0.0468,
    )  # fmt: skip


def test_ended_weaknesses(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    plain: Callable[[Any], Any],
):
    folder = make_run()
    enrich(folder, 1, ended=(ENDED,))
    html, numbers = shown(folder, "ended", 1)
    assert numbers["rows"] == [plain(ENDED)]
    assert all(f'"num">{text}</td>' in html for text in ("43.2", "54.3", "17", "0"))
    assert "○ undecided" in html
    assert "No longer found: <bdi>words</bdi> (undecided)" in shown(folder, "verdict", 1)[0]
    line = next(r for r in shown(folder, "lifelines", 1)[1]["rows"] if r["id"] == "w-ocr")
    assert [c["state"] for c in line["rounds"]] == ["new", "undecided"]
    assert "43.2 → 54.3" in shown(folder, "lifelines", 1)[0]


def test_none_ended(make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]):
    folder = make_run()
    assert "Every weakness of an earlier round is still found" in shown(folder, "ended", 1)[0]
    assert "There is no earlier diagnosis" in shown(folder, "ended", 0)[0]


def test_the_diagnosis_says_whether_a_weakness_shrank(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
):
    folder = make_run()
    found = shown(folder, "lifelines", 1)[1]["rows"]
    assert found[0]["rounds"][1]["state"] == "persists"
    weakness = found[0]["rounds"][1]["weakness"] | {"status": "shrank"}
    enrich(folder, 1, weaknesses=(Weakness.model_validate(weakness),))
    html, numbers = shown(folder, "lifelines", 1)
    assert numbers["rows"][0]["rounds"][1]["state"] == "shrank"
    assert "◐ shrank" in html


def test_groups_of_failures(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    plain: Callable[[Any], Any],
):
    folder = make_run(rounds=1)
    assert "No failed answers were found to resemble" in shown(folder, "groups", 0)[0]
    enrich(folder, 0, groups=(GROUP,))
    html, numbers = shown(folder, "groups", 0)
    assert numbers["groups"] == [plain(GROUP)]
    assert f.rate(GROUP.share, GROUP.interval) in html
    assert "&lt;/td&gt;&lt;b&gt;" in html
    assert "<b>" not in html


def test_the_gap_to_another_model(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    plain: Callable[[Any], Any],
):
    folder = make_run(rounds=1)
    assert "No reference model was given." in shown(folder, "reference", 0)[0]
    rows = (gap("overall", -0.0512), gap("counting/geometric", 0.0321), gap("w-count", -0.1512))
    enrich(folder, 0, reference=Reference(model="a" * 64, rows=rows))
    html, numbers = shown(folder, "reference", 0)
    assert [r["gap"] for r in numbers["rows"]] == [plain(g) for g in rows]
    assert [r["name"] for r in numbers["rows"]][2] == "counting in geometric pictures"
    for g in rows:
        assert f'"num">{f.change(g.gap, g.interval)}</td>' in html
        assert f'"num">{f.percent(g.reference_rate)}</td>' in html
    assert numbers["charts"]["gaps"]["data"][1]["x"] == [g.gap for g in rows]

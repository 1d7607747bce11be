from collections.abc import Callable
from typing import Any

from blindspot.core.evaluation import Judged, Metric
from blindspot.core.run_folder import RunFolder
from reports import formatting as f

OWN = (
    Metric(
        benchmark="charts", name="relaxed accuracy", value=0.6213, interval=(0.5512, 0.6934),
        n=271, coverage=0.9871,
    ),
    Metric(
        benchmark="tiny", name="all of a pair", value=None, interval=(0, 1), n=0, coverage=0.0
    ),
)  # fmt: skip
JUDGED = (
    Judged(
        benchmark="charts", by_rule=201, by_judge=67, unjudged=3, audited=43, agreed=39,
        interval=(0.7841, 0.9627),
    ),
    Judged(
        benchmark="tiny", by_rule=7, by_judge=0, unjudged=0, audited=0, agreed=0, interval=(0, 1)
    ),
)  # fmt: skip


def test_own_metrics_judge_and_graders(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    remeasure: Callable[..., None],
    plain: Callable[[Any], Any],
):
    folder = make_run(rounds=1)
    graders = {"charts": "relaxed/2", "tiny": "rules/1"}
    remeasure(folder, 0, own=OWN, judged=JUDGED, graders=graders)
    html, numbers = shown(folder, "benchmarks", 0)
    assert numbers["own"] == [plain(m) for m in OWN]
    assert numbers["judged"] == [plain(j) for j in JUDGED]
    assert numbers["graders"] == graders
    assert f'"num">{f.rate(OWN[0].value, OWN[0].interval)}</td>' in html
    for number in (271, 201, 67, 3, 43, 39):
        assert f'"num">{number}</td>' in html
    assert "78.4 … 96.3" in html
    assert html.count("0.0 … 100.0") == 0
    assert all(f"<bdi>{g}</bdi> (<bdi>{b}</bdi>)" in html for b, g in graders.items())


def test_without_them_there_is_no_empty_table(
    run_folder: RunFolder, shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(run_folder, "benchmarks", 0)
    assert (numbers["own"], numbers["judged"], numbers["share"]) == ([], [], None)
    assert "As others publish them" not in html
    assert "Rule and judge" not in html

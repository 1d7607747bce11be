import shutil
from collections.abc import Callable
from typing import Any

from blindspot.core.diagnosis import DiagnosisArtifact, HumanReport, Null, ProbeShare, TeacherReport
from blindspot.core.evaluation import Judged
from blindspot.core.records import Attribution
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact


def test_trust_is_the_artifacts(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    remeasure: Callable[..., None],
):
    folder = make_run()
    enrich(
        folder,
        0,
        null=Null(runs=73, with_weakness=6),
        suspect_rate=0.7312,
        human=HumanReport(labelled=41, agreed=29, unknown=2),
        teacher=TeacherReport(
            asked=60, decided=47, disagreed=8, unreadable=5, left=11, failures={"timeout": 3}
        ),
        labels={"capability": {"benchmark": 131, "rules": 9}},
        pools={"category": 7, "topic": 47},
        probes=(
            ProbeShare(
                probe="again", stage=None, asked=9, answered=5, turned=1, share=None,
                interval=(0, 1), failures={"server": 4},
            ),
        ),
    )  # fmt: skip
    judged = Judged(
        benchmark="charts", by_rule=31, by_judge=9, unjudged=1, audited=23, agreed=21,
        interval=(0.732, 0.976),
    )  # fmt: skip
    remeasure(folder, 0, judged=(judged,))
    html, numbers = shown(folder, "trust", 0)
    for text in (
        "6 of 73 runs",
        "were right, in 73.1&nbsp;%",
        "29 of 41",
        "2 labels are of samples that did not fail",
        "60 failed samples twice: 47 decided alike, 8 not, 5 unreadable, 11 not covered",
        "3 × <bdi>timeout</bdi>",
        "131 × <bdi>benchmark</bdi>, 9 × <bdi>rules</bdi>",
        "7 × <bdi>category</bdi>, 47 × <bdi>topic</bdi>",
        "agree on 21 of 23 answers, 1 nobody decided",
        "4 × <bdi>server</bdi>",
        "3 × <bdi>unmapped</bdi>",
    ):
        assert text in html, text
    rows = read_records(folder.round(0).diagnosis / "attributions.parquet", Attribution)
    assert numbers["decided_by"] == {"rules": len(rows)}
    assert f"{len(rows)} × <bdi>rules</bdi>" in html


def test_what_the_gates_found(run_folder: RunFolder, shown: Callable[..., tuple[str, Any]]):
    html, numbers = shown(run_folder, "trust", 0)
    cells = TrainingSetArtifact(run_folder.round(0).training_set).outcomes().cells
    assert numbers["gates"] == {
        "candidates": sum(c.candidates for c in cells),
        "admitted": sum(c.admitted for c in cells),
        "rejected": {g: sum(c.rejected[g] for c in cells) for g in ("difficulty", "duplicate")},
    }
    assert f"{sum(c.rejected['duplicate'] for c in cells)} × <bdi>duplicate</bdi>" in html


def test_missing_data_and_limits(
    make_run: Callable[..., RunFolder],
    shown: Callable[..., tuple[str, Any]],
    enrich: Callable[..., None],
    remeasure: Callable[..., None],
):
    folder = make_run(rounds=1)
    found = DiagnosisArtifact(folder.round(0).diagnosis).diagnosis().categories
    thin = found[0].model_copy(update={"verdict": "not enough data", "n": 4, "missing": 11})
    enrich(folder, 0, categories=(thin, *found[1:]), null=Null(runs=5, with_weakness=0))
    remeasure(folder, 0, coverage=0.8125, failures={"timeout": 37})
    html, numbers = shown(folder, "trust", 0)
    assert f"<bdi>{thin.name}</bdi> (4 answered, 11 more needed)" in html
    assert "81.2&nbsp;% of predictions have a score; without: 37 × <bdi>timeout</bdi>" in html
    assert "With 5 shuffles the rate of false alarms is hardly known" in html
    assert "No person has labelled" in html
    assert numbers["gates"] is None


def test_an_evaluation_alone_has_missing_data_too(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = make_run(rounds=1)
    shutil.rmtree(folder.round(0).diagnosis)
    html, numbers = shown(folder, "trust", 0)
    assert numbers["diagnosis"] is None
    assert "1 × <bdi>timeout</bdi>" in html
    assert "Nothing has been diagnosed." in html

"""`blindspot diagnose` as a user meets it: the gap to another model, people's labels, probes and a
teacher, all asked through recorded answers.
"""

import csv
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from blindspot.core.diagnosis import DiagnosisArtifact
from diagnostics.causes import human

Asks = Callable[[Path, int], None]
SIZE = 120
"""Samples; those with even numbers ask for shapes, the others for colours."""


def answers(folder: Path, name: str, said: Mapping[int, str], otherwise: str = "") -> Path:
    """A model: what it says to each question, and to whatever else it is asked."""
    lines = [{"prompt": f"q{i}", "text": text} for i, text in said.items()]
    lines += [{"prompt": "*", "text": otherwise}] if otherwise else []
    file = folder / name
    file.write_text("\n".join(map(json.dumps, lines)))
    return file


@pytest.fixture
def config(asks: Asks, tmp_path: Path) -> Path:
    """A model that names all colours and no shape, and says “red” to everything else."""
    asks(tmp_path / "b.parquet", SIZE)
    answers(tmp_path, "m.jsonl", {i: "red" if i % 2 else "blue" for i in range(SIZE)}, "red")
    path = tmp_path / "config.toml"
    path.write_text(
        'name = "mine"\n[model]\nbackend = "replay"\ncheckpoint = "m.jsonl"\n'
        '[[evaluation.benchmarks]]\nname = "b"\npath = "b.parquet"\n[diagnosis]\nbudget = 40\n'
        "[[generation.sources]]\nsize = 48\n"
    )
    return path


@pytest.fixture
def run(blindspot, config: Path, tmp_path: Path) -> Path:
    """Its run, evaluated."""
    blindspot("evaluate", config, "--out", tmp_path / "run")
    return tmp_path / "run"


def diagnosis_of(run: Path) -> DiagnosisArtifact:
    return DiagnosisArtifact(run / "round-0" / "diagnosis")


@pytest.mark.parametrize("first", [True, False], ids=["with", "after"])
def test_the_gap_to_a_model_that_names_shapes(
    blindspot, config: Path, run: Path, tmp_path: Path, first: bool
) -> None:
    """Measured with the diagnosis, or for one that stands, which it leaves as it is."""
    other = answers(tmp_path, "better.jsonl", dict.fromkeys(range(SIZE), "red"))
    better = tmp_path / "better"
    set_ = ("--set", f"model.checkpoint={other}")
    assert blindspot("evaluate", config, "--out", better, *set_)[0] == 0
    if not first:
        blindspot("diagnose", run)
    code, out, err = blindspot("diagnose", run, "--reference", better, "--json")
    assert code == 0, err
    rows = {row["name"]: row for row in json.loads(out)["reference"]["rows"]}
    assert rows["shape/geometric"]["gap"] == -1.0
    assert rows["color/geometric"]["gap"] == 0.0
    kept = diagnosis_of(run).diagnosis().reference
    assert (kept is not None) == first


def test_a_reference_that_was_never_evaluated(blindspot, run: Path, tmp_path: Path) -> None:
    code, _, err = blindspot("diagnose", run, "--reference", tmp_path / "nowhere")
    assert code == 2
    assert "No evaluation at" in err


def filled_in(form: Path, stage: str, out: Path) -> Path:
    """Every row of a form labelled alike, as a spreadsheet saves it."""
    with form.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows([row | {"stage": stage} for row in rows])
    return out


def test_people_correct_the_shares(blindspot, run: Path, tmp_path: Path) -> None:
    blindspot("diagnose", run)
    form = run / "round-0" / "diagnosis" / "to_label.csv"
    labelled = filled_in(form, "knowledge", tmp_path / "labelled.csv")
    assert len(human.read(labelled)) == diagnosis_of(run).diagnosis().stages[0].n
    with_labels = ("--human-labels", labelled)
    code, _, err = blindspot("diagnose", run, *with_labels)
    assert code == 2
    assert "the human labels" in err
    assert "--redo diagnosis" in err
    assert blindspot("diagnose", run, *with_labels, "--redo", "diagnosis")[0] == 0
    shares = {s.stage: s for s in diagnosis_of(run).diagnosis().stages}
    assert shares["knowledge"].corrected == pytest.approx(1, abs=0.02)
    assert blindspot("diagnose", run)[0] == 0, "the run keeps where the labels lie"


def test_labels_that_cannot_be_used_cost_no_diagnosis(blindspot, run: Path, tmp_path: Path) -> None:
    """The form filled in where it lies would be deleted with the diagnosis; a typo in a copy is
    said as early.
    """
    blindspot("diagnose", run)
    form = run / "round-0" / "diagnosis" / "to_label.csv"
    misspelt = filled_in(form, "readinf", tmp_path / "misspelt.csv")
    filled = filled_in(form, "reading", form).read_bytes()
    for file, why in ((form, "Copy it elsewhere first"), (misspelt, "Did you mean 'reading'")):
        given = ("--redo", "diagnosis", "--human-labels", file)
        code, _, err = blindspot("diagnose", run, *given)
        assert code == 2
        assert why in err
        assert form.read_bytes() == filled
        assert diagnosis_of(run).diagnosis().stages


def test_probes_ask_the_model_again(blindspot, run: Path) -> None:
    """Under every prompt but the plain question it says “red”, which is right."""
    probes = ("--set", "diagnosis.probes.failures=10")
    assert blindspot("diagnose", run, *probes)[0] == 0
    found = {p.probe: p for p in diagnosis_of(run).diagnosis().probes}
    assert found["caption"].share == 1.0
    assert found["enlarged"].share == 0.0
    calls = _calls(run)
    assert blindspot("diagnose", run, "--redo", "diagnosis")[0] == 0
    assert _calls(run) == calls, "every answer stood in the ledger"


def test_a_teacher_names_stages(blindspot, run: Path, tmp_path: Path) -> None:
    verdict = {
        "label": "knowledge",
        "confidence": 0.8,
        "quote": "blue",
        "first_wrong_step": "names the colour",
        "missing_skill": "naming shapes",
    }
    teacher = answers(tmp_path, "teacher.jsonl", {}, json.dumps(verdict))
    settings = (
        "--set",
        "diagnosis.teacher.model.backend=replay",
        "--set",
        f"diagnosis.teacher.model.checkpoint={teacher}",
        "--set",
        "diagnosis.teacher.failures=12",
    )
    code, _, err = blindspot("diagnose", run, *settings)
    assert code == 0, err
    report = diagnosis_of(run).diagnosis().teacher
    assert report is not None
    assert (report.asked, report.disagreed, report.failures) == (report.decided, 0, {})


def _calls(run: Path) -> int:
    import sqlite3

    with closing(sqlite3.connect(run / "ledger.sqlite")) as ledger:
        return ledger.execute("select sum(asked) from calls").fetchone()[0]


def test_validate_says_what_a_diagnosis_may_ask(blindspot, config: Path, tmp_path: Path) -> None:
    teacher = answers(tmp_path, "teacher.jsonl", {0: "x"})
    settings = (
        "--set",
        "diagnosis.probes.failures=10",
        "--set",
        "diagnosis.teacher.model.backend=replay",
        "--set",
        f"diagnosis.teacher.model.checkpoint={teacher}",
        "--set",
        'diagnosis.probes.names=["blind", "resampled"]',
        "--set",
        "model.backend=transformers_local",
        "--set",
        "model.checkpoint=examples/tiny/model",
    )
    code, out, err = blindspot("validate", config, *settings)
    assert code == 0, err
    assert "probes: at most 50 calls for each diagnosis (5 a failed sample)" in out
    assert "teacher: at most 400 calls for each diagnosis" in out
    assert "teacher: replay, fingerprint" in out
    assert "taxonomy: blindspot" in out


def test_a_taxonomy_that_is_none(blindspot, config: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n[capabilty]\n')
    code, _, err = blindspot("validate", config, "--set", "diagnosis.taxonomy=mine.toml")
    assert code == 2
    assert "mine.toml" in err
    assert "'image_types': field required" in err

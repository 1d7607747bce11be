"""The first thing a user does: the eleven benchmarks from local folders, by one command."""

import json
from pathlib import Path

import pytest

from bench import eleven
from blindspot.core.evaluation import Evaluation

SAYS_A = {"prompt": "*", "text": "A"}
VERDICT = {"prompt": "*", "text": '{"final_answer": "A", "correct": false}'}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for name in eleven.names():
        eleven.load(name).write(root)
    return root


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.jsonl").write_text(json.dumps(SAYS_A))
    Path("judge.jsonl").write_text(json.dumps(VERDICT))


def test_all_eleven_offline_with_a_lock(blindspot, data: Path) -> None:
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--suite", "eleven"]
    code, out, err = blindspot(*command, "--data", data, "--out", "run")
    assert code == 0, err
    evaluation = Evaluation(Path("run/round-0/evaluation"))
    assert {m.benchmark for m in evaluation.metrics().own} == set(eleven.names())
    for name in eleven.names():
        assert name in out
        assert f"[{name}]" in Path("benchmarks.lock").read_text()
    assert "unjudged" in out
    assert {s.half for s in evaluation.samples()} == {"diagnosis", "held_out"}
    assert {"mathverse", "mathvista", "charxiv"} == {
        j.benchmark for j in evaluation.metrics().judged
    }


def test_a_judge_leaves_nothing_unjudged_and_regrading_asks_nothing(blindspot, data: Path) -> None:
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--data", data]
    judge = ["--set", 'evaluation.judge={backend="replay",checkpoint="judge.jsonl"}']
    some = ["--benchmark", "charxiv", "--benchmark", "mathverse", "--benchmark", "pope"]
    code, out, err = blindspot(*command, *some, *judge, "--out", "run")
    assert code == 0, err
    assert "by the judge, 0 unjudged; agreement with the rule" in out
    first = Evaluation(Path("run/round-0/evaluation"))
    assert first.metrics().coverage == 1
    assert "judge-" in first.metrics().graders["charxiv"]
    assert "judge-" not in first.metrics().graders["pope"]
    digest, created = first.artifact.digest, first.artifact.manifest.created
    Path("model.jsonl.kept").write_text(Path("model.jsonl").read_text())
    code, again, err = blindspot("evaluate", "--out", "run", "--regrade")
    assert code == 0, err
    second = Evaluation(Path("run/round-0/evaluation"))
    assert second.artifact.digest == digest
    assert second.artifact.manifest.created >= created
    assert again.splitlines()[:20] == out.splitlines()[:20]


def test_changed_data_is_refused(blindspot, tmp_path: Path) -> None:
    eleven.load("pope").write(tmp_path / "d")
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--benchmark", "pope"]
    assert blindspot(*command, "--data", "d", "--out", "a")[0] == 0
    (tmp_path / "d" / "pope" / "extra.txt").write_text("x")
    code, _, err = blindspot(*command, "--data", "d", "--out", "b")
    assert code == 2
    assert "is not what" in err
    assert "delete [pope]" in err


def test_a_limit_and_repeats(blindspot, data: Path) -> None:
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--benchmark", "mmstar"]
    more = ["--data", data, "--limit", 3, "--repeats", 2, "--out", "run", "--json"]
    code, out, err = blindspot(*command, *more)
    assert code == 0, err
    [metric, *_] = json.loads(out)["rounds"][0]["metrics"]["own"]
    assert metric["n"] == 6
    assert len(Evaluation(Path("run/round-0/evaluation")).samples()) == 3


def test_what_is_here_is_listed(
    blindspot, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no cache"))
    _, out, _ = blindspot("list", "benchmarks", "--data", data)
    for name in eleven.names():
        assert any(name in line and " yes " in line for line in out.splitlines())
    _, out, _ = blindspot("list", "benchmarks")
    assert " yes " not in out


def test_a_judge_that_comes_later_grades_what_is_there(blindspot, data: Path) -> None:
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--data", data]
    code, out, err = blindspot(*command, "--benchmark", "charxiv", "--out", "run")
    assert code == 0, err
    assert "add --regrade" in out
    judge = 'evaluation.judge={backend="replay",checkpoint="judge.jsonl"}'
    code, out, err = blindspot("evaluate", "--out", "run", "--set", judge, "--regrade")
    assert code == 0, err
    assert "0 unjudged" in out
    assert "evaluate:" not in err


def test_regrading_that_fails_leaves_the_evaluation(blindspot, tmp_path: Path) -> None:
    eleven.load("pope").write(tmp_path / "d")
    command = ["evaluate", "--model", "model.jsonl", "--backend", "replay", "--benchmark", "pope"]
    assert blindspot(*command, "--data", "d", "--out", "run")[0] == 0
    digest = Evaluation(Path("run/round-0/evaluation")).artifact.digest
    (tmp_path / "d" / "pope" / "extra.txt").write_text("x")
    assert blindspot("evaluate", "--out", "run", "--regrade")[0] == 2
    assert Evaluation(Path("run/round-0/evaluation")).artifact.digest == digest
    (tmp_path / "d" / "pope" / "extra.txt").unlink()
    Path("run/round-0/evaluation").rename("run/round-0/evaluation.earlier")
    assert blindspot("evaluate", "--out", "run", "--regrade")[0] == 0
    assert Evaluation(Path("run/round-0/evaluation")).artifact.digest == digest
    assert not Path("run/round-0/evaluation.earlier").exists()

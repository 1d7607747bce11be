"""Any task of lmms-eval as a benchmark: a user's own YAML, one of lmms-eval's own, and what is
refused.
"""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import pytest
from PIL import Image

from bench.eleven.fixture import picture
from blindspot.core.errors import ConfigError, DataError
from blindspot.core.images import ImageStore, encode
from harness import lmms_task, suite
from harness.benchmark import Scored
from harness.lmms_benchmark import OpenedTask
from harness.settings import BenchmarkSettings, EvaluationSettings

PNG = encode(Image.new("RGB", (6, 6), "red"))
YAML = """
task: shapes
dataset_path: json
dataset_kwargs:
  token: true
  data_files:
    test: rows.json
test_split: test
output_type: generate_until
doc_to_visual: !function utils.visual
doc_to_text: !function utils.text
doc_to_target: answer
lmms_eval_specific_kwargs:
  default:
    post_prompt: "Answer in one word."
process_results: !function utils.results
metric_list:
  - metric: length
    aggregation: mean
    higher_is_better: false
  - metric: match
    aggregation: mean
    higher_is_better: true
"""
UTILS = """
from pathlib import Path

def visual(doc):
    return [str(Path(__file__).parent / doc["file"])]

def text(doc, lmms_eval_specific_kwargs):
    return doc["question"] + " " + lmms_eval_specific_kwargs["post_prompt"]

def leave(doc, lmms_eval_specific_kwargs):
    raise SystemExit(0)

def results(doc, results):
    said = results[0]
    if said == "raise":
        raise RuntimeError(said)
    right = float(said.lower() == doc["answer"])
    return {"length": 0.5, "match": {"score": 2.0 if said == "two" else right, "pred": said}}
"""
ROWS = [
    {"question": "Which shape?", "answer": "circle", "file": "a.png", "question_id": 7},
    {"question": "Is it red?", "answer": "yes", "file": "a.png", "question_id": 8},
    {"question": "How many?", "answer": "12", "file": "gone.png", "question_id": 9},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's own task."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "shapes.yaml").write_text(YAML)
    (tmp_path / "mine" / "utils.py").write_text(UTILS)
    (tmp_path / "mine" / "leaving.py").write_text("raise SystemExit(0)")
    (tmp_path / "mine" / "rows.json").write_text(json.dumps(ROWS))
    (tmp_path / "mine" / "a.png").write_bytes(PNG)
    return tmp_path / "mine"


def settings(task: Path | str, **given: Any) -> BenchmarkSettings:
    return BenchmarkSettings(name="own", task=str(task), **given)


def opened(task: Path | str, **given: Any) -> OpenedTask:
    own = settings(task, **given)
    return lmms_task.load(own).open(own, Path(str(task)).parent / "lock")


def score(source: OpenedTask, text: str, place: int = 0) -> float | None:
    item = list(source.items())[place]
    grade = source.grade(item.sample, item.doc, text)
    return None if grade is None else grade.score


def test_a_yaml_of_a_users_own(folder: Path, tmp_path: Path) -> None:
    config = EvaluationSettings(benchmarks=(settings(folder),), lock=tmp_path / "lock")
    loaded = suite.load(suite.entries(config), ImageStore(tmp_path / "images"))
    one, two, three = loaded.samples
    assert [s.id for s in loaded.samples] == ["own/7", "own/8", "own/9"]
    assert one.prompt == "Which shape? Answer in one word."
    assert (one.question, one.target, one.answer_kind) == ("Which shape?", "circle", "text")
    assert (two.answer_kind, three.answer_kind) == ("yes_no", "number")
    assert (tmp_path / "images" / one.images[0]).read_bytes() == PNG
    assert set(loaded.broken) == {"own/9"}, "its picture is not there"
    source = loaded.opened["own"]
    for text, wanted in (("Circle", 1.0), ("square", 0.0)):
        grade = source.grade(one, loaded.docs[one.id], text)
        assert grade is not None
        assert (grade.answer, grade.score) == (text, wanted)
    assert source.metrics([Scored(one, {}, "", 1.0), Scored(two, {}, "", 0.0)]) == {"match": 0.5}
    assert [i.sample.id for i in source.items({"own/8"})] == ["own/8"]


def test_where_its_code_raises_the_rule_is_undecided(folder: Path) -> None:
    assert score(opened(folder / "shapes.yaml"), "raise") is None


def test_a_score_beyond_one_is_refused_with_what_was_returned(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"no number in \[0, 1\]; .*'score': 2.0.* score = "):
        score(opened(folder), "two")


def test_the_score_may_be_named(folder: Path) -> None:
    assert score(opened(folder, score="length"), "circle") == 0.5
    assert score(opened(folder, score="match.score"), "circle") == 1.0
    with pytest.raises(ConfigError, match=r"'match.pred' is no number .*'length': 0.5"):
        opened(folder, score="match.pred")
    with pytest.raises(ConfigError, match="filters are none"):
        opened(folder, score="match.score,strict")


def test_an_unclear_score_asks_for_its_name(folder: Path) -> None:
    code = UTILS.replace('"match": {"score": 2.0 if said == "two" else right', '"match": {"f1": 1')
    (folder / "utils.py").write_text(code)
    with pytest.raises(ConfigError, match=r"none is plainly a score; .*'f1': 1.*score = "):
        opened(folder)
    assert score(opened(folder, score="match.f1"), "circle") == 1.0


def test_rows_may_have_metrics_of_their_own(folder: Path) -> None:
    code = UTILS.replace('"match":', '"match" if doc["answer"] == "circle" else "other":')
    (folder / "utils.py").write_text(code)
    more = "  - metric: other\n    aggregation: mean\n    higher_is_better: true\n"
    (folder / "shapes.yaml").write_text(YAML + more)
    source = opened(folder)
    assert [score(source, "yes", place) for place in (0, 1)] == [0.0, 1.0]
    with pytest.raises(ConfigError, match=r"'match\.score,none' is no number"):
        score(opened(folder, score="match.score"), "yes", 1)


def test_a_target_that_names_no_column_is_looked_for(folder: Path) -> None:
    rows = [{**row, "answers": [row["answer"], "other"]} for row in ROWS]
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "shapes.yaml").write_text(
        YAML.replace("doc_to_target: answer", "doc_to_target: gold")
    )
    assert [item.sample.target for item in opened(folder).items()] == ["circle", "yes", "12"]


def test_choices_are_those_of_the_task_or_of_the_question(folder: Path) -> None:
    choices = ["red", "blue"]
    rows = [
        {"question": "Which?", "answer": 1, "choices": choices, "file": "a.png"},
        {"question": "Which?", "answer": 7, "choices": choices, "file": "a.png"},
    ]
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "utils.py").write_text(UTILS.replace('doc["answer"])', 'str(doc["answer"]))'))
    one, two = (item.sample for item in opened(folder).items())
    assert (one.target, one.options, one.answer_kind) == ("B", ("red", "blue"), "choice")
    assert (two.target, two.options, two.answer_kind) == ("7", (), "number")
    text = "Which?\nA. red\nB. blue"
    rows = [{"question": text, "answer": a, "file": "a.png"} for a in ("B", "red", "green")]
    (folder / "rows.json").write_text(json.dumps(rows))
    found = [item.sample for item in opened(folder).items()]
    assert [(s.target, s.question) for s in found] == [
        ("B", "Which?"),
        ("A", "Which?"),
        ("green", text),
    ]


def test_ids_are_a_digest_of_the_row_where_it_has_none(folder: Path) -> None:
    bare = [{k: v for k, v in row.items() if k != "question_id"} for row in ROWS]
    (folder / "rows.json").write_text(json.dumps(bare))
    forward = opened(folder).ids()
    (folder / "rows.json").write_text(json.dumps(bare[::-1]))
    assert opened(folder).ids() == forward[::-1]
    (folder / "rows.json").write_text(json.dumps([row | {"question_id": 1} for row in ROWS]))
    repeated = opened(folder).ids()
    assert len(set(repeated)) == 3
    assert "own/1" not in repeated, "an id that stands twice is no id"


def test_the_digest_covers_data_yaml_and_code(folder: Path, tmp_path: Path) -> None:
    def digest() -> str:
        return lmms_task.load(settings(folder)).digest(settings(folder), tmp_path / "lock")

    found, graders = [digest()], [opened(folder).grader]
    for name, text in (
        ("utils.py", UTILS + "\n# other\n"),
        ("shapes.yaml", YAML.replace("one word", "a word")),
        ("rows.json", json.dumps(ROWS[:2])),
    ):
        (folder / name).write_text(text)
        found.append(digest())
        graders.append(opened(folder).grader)
    assert len(set(found)) == 4
    assert len(set(graders)) == 3, "other data is no other rule"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("test: rows.json", "test: none.json", r"no file none\.json"),
        ("utils.visual", "utils.sight", r"cannot be loaded \(AttributeError"),
        ("utils.visual", "others.visual", r"cannot be loaded \(ImportError"),
        ("utils.visual", "leaving.visual", r"cannot be loaded \(SystemExit"),
        ("utils.text", "utils.leave", r"cannot read its first row \(SystemExit"),
        ("task: shapes", "task: [shapes", r"cannot be loaded \(ParserError"),
        ("task: shapes", "task: [ai2d, pope]", "group of tasks"),
        ("generate_until", "loglikelihood", "output_type is 'loglikelihood'"),
        ("test_split: test", "", "no test_split"),
        ("token: true", "revision: main", "'revision', which is not read"),
        (
            "doc_to_target: answer",
            'doc_to_target: "{{reply}}"',
            "cannot read its first row .*reply",
        ),
    ],
)
def test_mistakes_are_named(folder: Path, old: str, new: str, said: str) -> None:
    assert old in YAML
    (folder / "shapes.yaml").write_text(YAML.replace(old, new, 1))
    with pytest.raises((ConfigError, DataError), match=said):
        opened(folder / "shapes.yaml")


def test_a_folder_with_two_tasks_needs_a_name(folder: Path) -> None:
    (folder / "other.yaml").write_text(YAML)
    with pytest.raises(ConfigError, match=r"2 YAML files with a task: .*other\.yaml"):
        opened(folder)


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("ai2", "no such task. Did you mean 'ai2d'"),
        ("pope_full", "group of tasks"),
        ("tasks/none.yaml", "no such task"),
    ],
)
def test_unknown_tasks_and_groups(task: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        lmms_task.load(settings(task))


def ai2d(tmp_path: Path) -> Path:
    """A stand-in for `lmms-lab/ai2d`."""
    features = datasets.Features(
        {
            "question": datasets.Value("string"),
            "options": datasets.List(datasets.Value("string")),
            "answer": datasets.Value("string"),
            "image": datasets.Image(),
        }
    )
    rows = [
        {
            "question": "What is at the top?",
            "options": ["sun", "moon", "sea", "tree"],
            "answer": answer,
            "image": picture(f"ai2d {answer}"),
        }
        for answer in ("0", "2")
    ]
    file = tmp_path / "test-00000-of-00001.parquet"
    datasets.Dataset.from_list(rows, features=features).to_parquet(str(file))
    return file


def test_a_task_of_lmms_eval_with_its_filter(tmp_path: Path) -> None:
    file = ai2d(tmp_path)
    own = settings("ai2d", path=file)
    source = lmms_task.load(own).open(own, tmp_path / "lock")
    one, two = source.items()
    assert (one.sample.target, two.sample.target, one.sample.answer_kind) == ("A", "C", "choice")
    assert one.sample.options == ("sun", "moon", "sea", "tree")
    assert one.sample.question == "What is at the top?"
    assert one.sample.prompt.endswith("the given choices directly.")
    assert "B. moon" in one.sample.prompt
    assert one.pictures == (picture("ai2d 0")["bytes"],)
    assert [score(source, text) for text in ("A", "a.", "A. sun", "B", "")] == [1, 1, 1, 0, 0]
    assert source.task.process(one.doc, "A. sun") == {"exact_match": 0.0}, "unfiltered it is wrong"
    assert len(set(source.ids())) == 2
    assert source.grader.startswith("ai2d:exact_match,flexible-extract-1 lmms-eval-")
    assert lmms_task.load(own).facts.split == "test"


def test_the_hub_is_asked_for_the_locked_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    stand_in = datasets.load_dataset("parquet", data_files=str(ai2d(tmp_path)), split="train")

    def load_dataset(*names: Any, **options: Any) -> Any:
        asked.append((names, options))
        return stand_in

    info = SimpleNamespace(sha="abc")
    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", lambda *_, **__: info)
    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    own = settings("ai2d_lite")
    benchmark = lmms_task.load(own)
    assert benchmark.digest(own, tmp_path / "lock") == "abc"
    info.sha = "later"
    assert len(benchmark.open(own, tmp_path / "lock").ids()) == 2
    options = {"split": "lite", "revision": "abc"}
    assert asked == [(("lmms-lab-encoder/LMMs-Eval-Lite", "ai2d"), options)]

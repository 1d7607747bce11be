"""Artifacts that somebody edited or a disk damaged: what they say, or an error with the file."""

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core import monitors
from blindspot.core.acceptance import Acceptance, AcceptanceArtifact
from blindspot.core.artifact import Draft, open_artifact
from blindspot.core.checkpoints import identity
from blindspot.core.diagnosis import Changes, Diagnosis, DiagnosisArtifact, Null
from blindspot.core.evaluation import Evaluation, Metrics, Rate
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request, open_model
from blindspot.core.monitors import Watched
from blindspot.core.records import (
    CellShare,
    Completion,
    Failure,
    Prediction,
    Sample,
    TrainingSample,
    Usage,
)
from blindspot.core.tables import as_table, read_records, write_records
from blindspot.core.training_set import (
    CellOutcome,
    Outcomes,
    Plan,
    PlanCell,
    TrainingSetArtifact,
    read_pictures,
    read_split,
)
from harness.pictures import Pictures

RATE = Rate(name="overall", half="diagnosis", n=2, failures=0, rate=0.5, interval=(0.1, 0.9))
METRICS = Metrics(
    graders={"b": "g"}, model="m", overall=(RATE,), benchmarks=(RATE,), categories=(), coverage=1.0
)
SAMPLES = [
    Sample(
        id=f"b/{i}",
        benchmark="b",
        question="q",
        prompt="q",
        target="A",
        options=("red", "blue"),
        answer_kind="choice",
        attributes={"bars": "4"},
    )
    for i in range(2)
]
SAID = Completion(text="A", usage=Usage(prompt_tokens=3))
PREDICTIONS = [
    Prediction(sample_id="b/0", completion=SAID, answer="A", score=1.0, grader="g"),
    Prediction(
        sample_id="b/1",
        failure=Failure(kind="timeout", message="m", retryable=True),
        grader="g",
    ),
]
SHARE = CellShare(
    capability="ocr", image_type="photo", condition={}, share=1.0, quota=1, weakness=None, why="w"
)
DIAGNOSIS = Diagnosis(
    round=0,
    model="m",
    grader="g",
    n=2,
    rate=0.5,
    interval=(0.1, 0.9),
    excluded={},
    categories=(),
    weaknesses=(),
    candidates=3,
    q=0.1,
    null=Null(runs=1, with_weakness=0),
    mixture=(SHARE,),
    mixture_note="n",
)
CELL = PlanCell(name="ocr/photo", split="train", want=SHARE, quota=1, brief="b")
DONE = CellOutcome(name="ocr/photo", split="train", quota=1, admitted=1, candidates=1)
FILES: dict[str, dict[str, Any]] = {
    "evaluation": {"metrics.json": METRICS},
    "diagnosis": {"diagnosis.json": DIAGNOSIS, "changes.json": Changes(round=1, rows=())},
    "training_set": {
        "plan.json": Plan(diagnosis="d", cells=(CELL,)),
        "outcomes.json": Outcomes(cells=(DONE,)),
    },
    "acceptance": {
        "acceptance.json": Acceptance(
            accepted=True, why="w", margin=0.05, categories=(), validation=None
        )
    },
}
DAMAGE = (
    "drop table facts_3",
    "alter table facts_3 drop column color",
    "update facts_3 set width = 'wide'",
    "update facts_3 set grey = x'00'",
    "update facts_3 set color = 3",
)
fuzzed = settings.get_profile("fuzz")
Make = Callable[[str], Path]
READ: dict[str, Callable[[Path], object]] = {
    "metrics.json": lambda p: Evaluation(p).metrics(),
    "samples.parquet": lambda p: Evaluation(p).samples(),
    "predictions.parquet": lambda p: Evaluation(p).predictions(),
    "diagnosis.json": lambda p: DiagnosisArtifact(p).diagnosis(),
    "changes.json": lambda p: DiagnosisArtifact(p).changes(),
    "plan.json": lambda p: TrainingSetArtifact(p).plan(),
    "outcomes.json": lambda p: TrainingSetArtifact(p).outcomes(),
    "acceptance.json": lambda p: AcceptanceArtifact(p).acceptance(),
}
KINDS = {name: kind for kind, files in FILES.items() for name in files}
KINDS |= dict.fromkeys(("samples.parquet", "predictions.parquet"), "evaluation")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A fresh copy of an artifact of a kind."""
    root, numbers = tmp_path_factory.mktemp("artifacts"), itertools.count()
    for kind, files in FILES.items():
        draft = Draft(root / kind, kind, {"q": 0.1}, {"from": "x"})
        for name, record in files.items():
            (draft.path / name).write_text(record.model_dump_json())
        if kind == "evaluation":
            write_records(draft.path / "samples.parquet", SAMPLES, Sample)
            write_records(draft.path / "predictions.parquet", PREDICTIONS, Prediction)
        draft.publish(counts={"n": 2})
        _unsealed(root / kind / "manifest.json")

    def copy(kind: str) -> Path:
        return Path(shutil.copytree(root / kind, root / f"{next(numbers)}" / kind))

    return copy


def _unsealed(manifest: Path) -> None:
    """Names no file's digest, so that what is broken reaches its reader."""
    raw = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(raw | {"files": {}} | ({"seal": ""} if "seal" in raw else {})))


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_json_files(fuzz: Any, make: Make, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(n for n in READ if n.endswith(".json"))))
    path = make(KINDS[name])
    seed = json.loads((path / name).read_text())
    (path / name).write_bytes(fuzz.json(data, seed).encode("utf-8", "surrogateescape"))
    fuzz.documented(lambda: READ[name](path))


@pytest.mark.parametrize("name", sorted(READ))
def test_files_that_are_gone_or_are_folders(fuzz: Any, make: Make, name: str) -> None:
    path = make(KINDS[name])
    (path / name).unlink()
    assert fuzz.documented(lambda: READ[name](path)) is None
    (path / name).mkdir()
    if name != "changes.json":
        assert fuzz.documented(lambda: READ[name](path)) is None


@fuzzed
@given(data=st.data())
def test_manifests(fuzz: Any, make: Make, data: st.DataObject) -> None:
    path = make("evaluation")
    seed = json.loads((path / "manifest.json").read_text())
    text = fuzz.json(data, seed)
    (path / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    found = fuzz.documented(lambda: open_artifact(path, "evaluation"))
    assert found is None or fuzz.documented(lambda: found.digest)


@fuzzed
@given(data=st.data())
def test_tables_with_other_columns_and_types(fuzz: Any, make: Make, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["samples.parquet", "predictions.parquet"]))
    path = make("evaluation")
    rows = pq.read_table(path / name).to_pylist()
    if fuzz.parquet(data, path / name, rows):
        fuzz.documented(lambda: READ[name](path))


@fuzzed
@given(data=st.data())
def test_tables_broken_as_bytes(fuzz: Any, make: Make, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["samples.parquet", "predictions.parquet"]))
    path = make("evaluation")
    (path / name).write_bytes(fuzz.raw(data, (path / name).read_bytes()))
    fuzz.documented(lambda: READ[name](path))


@fuzzed
@given(data=st.data())
def test_cells_that_are_json(fuzz: Any, make: Make, data: st.DataObject) -> None:
    """Nested fields lie in a table as JSON text."""
    path = make("evaluation") / "predictions.parquet"
    table = as_table(PREDICTIONS, Prediction)
    place = table.column_names.index("completion")
    broken = fuzz.json(data, SAID.model_dump(mode="json")).encode("utf-8", "replace").decode()
    cells = pa.array([broken, None], pa.string())
    pq.write_table(table.set_column(place, table.field(place), cells), path)
    found = fuzz.documented(lambda: read_records(path, Prediction))
    assert found is None or (found[0].failure is None and found[1].score is None)


@fuzzed
@given(data=st.data())
def test_monitors(fuzz: Any, make: Make, data: st.DataObject) -> None:
    path = make("acceptance") / "monitors.json"
    seed = Watched(round=0, figures=(), alarms=()).model_dump(mode="json")
    path.write_bytes(fuzz.json(data, seed).encode("utf-8", "surrogateescape"))
    fuzz.documented(lambda: monitors.read(path))


@fuzzed
@given(data=st.data())
def test_training_shards(fuzz: Any, make: Make, data: st.DataObject) -> None:
    path = make("training_set")
    sample = dict.fromkeys(TrainingSample.model_fields) | {
        "id": "s",
        "question": "q",
        "images": [{"bytes": b"x", "path": "a.png"}],
    }
    (path / "train").mkdir()
    if fuzz.parquet(data, path / "train" / "0000.parquet", [sample]):
        fuzz.documented(lambda: read_split(TrainingSetArtifact(path), "train"))
        fuzz.documented(lambda: read_pictures(TrainingSetArtifact(path), "train"))


@fuzzed
@given(data=st.data())
def test_recorded_answers(fuzz: Any, make: Make, data: st.DataObject) -> None:
    path = make("acceptance") / "answers.jsonl"
    seed = {"prompt": "q", "text": "A", "repeat": 0, "images": ["a.png"], "finish_reason": "stop"}
    lines = [fuzz.json(data, seed), json.dumps(seed)]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    chosen = ModelSettings(backend="replay", checkpoint=str(path))
    model = fuzz.documented(lambda: open_model(chosen, ImageStore(path.parent)))
    if model is not None:
        request = Request(prompt="q", images=("a.png",))
        assert fuzz.documented(lambda: model._answer(request)) is not None


@fuzzed
@given(data=st.data())
def test_checkpoints(fuzz: Any, make: Make, data: st.DataObject) -> None:
    folder = make("acceptance")
    (folder / "config.json").write_text("{}")
    seed = {"image_processor": {"merge_size": 2}}
    text = fuzz.json(data, seed).encode("utf-8", "surrogateescape")
    (folder / "processor_config.json").write_bytes(text)
    chosen = ModelSettings(checkpoint=str(folder), max_pixels=99)
    fuzz.documented(lambda: identity(chosen))


@settings(fuzzed, max_examples=fuzzed.max_examples // 6)
@given(data=st.data())
def test_what_is_known_of_pictures(fuzz: Any, make: Make, data: st.DataObject) -> None:
    """It only saves time: a broken one is made anew, whatever is broken."""
    store = ImageStore(make("acceptance") / "images")
    name = store.put(encode(Image.new("RGB", (4, 4), "red")))
    pictures = Pictures(store)
    right = dict(pictures.facts([name]))
    how = data.draw(st.integers(0, 2))
    if how == 0:
        pictures.path.write_bytes(fuzz.raw(data, pictures.path.read_bytes()))
    else:
        with closing(sqlite3.connect(pictures.path)) as db, db:
            db.execute(data.draw(st.sampled_from(DAMAGE)))
    found = fuzz.documented(lambda: dict(pictures.facts([name])))
    assert found is None or set(found) == set(right)

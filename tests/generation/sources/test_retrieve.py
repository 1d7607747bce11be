"""The retrieve source on planted data: the right rows, each to one place, whatever the order."""

import hashlib
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.records import CellShare, Failure, Split
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation import decoding
from generation.means import Consults, Means
from generation.source import Candidate, SourceSettings, Want, sources

SOURCE = sources.load("retrieve")
ASKED = {
    "counting/chart_graph": "How many bars does the chart of {} have?",
    "ocr/text_dense": "Which word is printed above {}?",
    "color/everyday_object": "What paint covers the toy next to {}?",
    "spatial/map": "Is the station of {} north of the river?",
}
TOWNS = [f"{a}{b}" for a in ("north", "east", "old", "new", "high") for b in ("ham", "ton", "ford")]


def rows_of(count: int = 60, labelled: bool = True) -> list[dict[str, Any]]:
    """`count` rows of each of four categories, each with a picture of its own."""
    return [
        {
            "id": f"{name}-{i:03d}",
            "question": question.format(TOWNS[i % len(TOWNS)]),
            "target": str(i),
            "image": f"{name}-{i}".encode(),
            **({"capability": name.split("/")[0]} if labelled else {}),
            **({"image_type": name.split("/")[1]} if labelled else {}),
            "size": ("small", "large")[i % 2],
        }
        for name, question in ASKED.items()
        for i in range(count)
    ]


def cell(name: str, quota: int, split: Split = "train", examples=(), **condition: str):
    capability, image_type = name.split("/")
    want = CellShare(
        **{"capability": capability, "image_type": image_type, "condition": condition},
        **{"share": 1, "quota": quota, "why": "weak"},
    )
    return PlanCell(
        **{"name": want.name, "split": split, "want": want, "quota": quota, "brief": "weak"},
        examples=examples,
    )


def wants(of: PlanCell, attempt: int = 0, round_: int = 0) -> list[Want]:
    return [
        Want(of, f"0/{round_}/{of.split}/{of.name}/{number}/{attempt}")
        for number in range(of.quota)
    ]


def opened(path: Path, given: list[dict[str, Any]], seed: int = 0, **options: Any):
    pq.write_table(pa.Table.from_pylist(given), path / "support.parquet", row_group_size=50)
    chosen = SourceSettings(plugin="retrieve", path=path / "support.parquet", **options)
    means = Means(RunFolder(path / "run"), cast(Consults, None), seed)
    return SOURCE.open(chosen, means)


def ids(found: Sequence[Candidate | Failure]) -> list[str]:
    return [c.origin.removeprefix("retrieve:") for c in found if isinstance(c, Candidate)]


@pytest.fixture(autouse=True)
def as_they_are(monkeypatch):
    """Planted pictures are names; whether they decode is not what is tested here."""
    monkeypatch.setattr(decoding, "cleaned", list)


def test_labels_decide_and_the_row_becomes_the_candidate(tmp_path):
    given_ = rows_of()
    given_[0] |= {"licence": "CC-BY-4.0", "attribution": "chart, somebody, here"}
    source = opened(tmp_path, given_, licence="CC0-1.0")
    found = source.candidates(wants(cell("counting/chart_graph", 40)))
    assert all(id_.startswith("counting/chart_graph") for id_ in ids(found))
    assert len(set(ids(found))) == 40
    by_id = {row["id"]: row for row in given_}
    for made in found:
        assert isinstance(made, Candidate)
        row = by_id[made.origin.removeprefix("retrieve:")]
        assert (made.question, made.target) == (row["question"], row["target"])
        assert made.images == (row["image"],)
        assert made.attributes == {"size": row["size"]}
        assert (made.truth, made.answer_kind) == ("dataset", "number")
        assert made.licence == row.get("licence", "CC0-1.0")
    (own,) = [c for c in found if isinstance(c, Candidate) and c.origin.endswith("graph-000")]
    assert own.attribution == "chart, somebody, here"


def test_conditions_are_met_and_unknown_ones_dropped(tmp_path):
    source = opened(tmp_path, rows_of())
    asked = cell("ocr/text_dense", 20, size="large", lighting="dim")
    made = source.candidates(wants(asked))
    assert [c.attributes["size"] for c in made if isinstance(c, Candidate)] == ["large"] * 20


@pytest.mark.parametrize("name", ASKED)
def test_unlabelled_rows_are_found_by_the_questions_that_failed(tmp_path, name):
    """Of the rows that come first every one is of the cell (precision and recall 1)."""
    source = opened(tmp_path, rows_of(labelled=False))
    failed = (ASKED[name].format("somewhere"),)
    found = ids(source.candidates(wants(cell(name, 30, examples=failed))))
    assert len(found) == 30
    assert all(id_.startswith(name) for id_ in found)


def test_labelled_rows_come_before_unlabelled_ones_of_the_same_words(tmp_path):
    given_ = rows_of()
    for row in given_[:60:3]:
        row["capability"] = None
    source = opened(tmp_path, given_)
    found = ids(source.candidates(wants(cell("counting/chart_graph", 60))))
    said = [int(id_[-3:]) % 3 != 0 for id_ in found]
    assert said == sorted(said, reverse=True)
    assert not all(said)


def test_rows_that_ask_the_very_same_do_not_fill_the_top(tmp_path):
    """40 rows ask the same of one town; diversity brings the 20 of other towns forward."""
    given_ = [row for row in rows_of() if row["id"].startswith("counting")]
    for row in given_[:40]:
        row["question"] = ASKED["counting/chart_graph"].format(TOWNS[0])
    source = opened(tmp_path, given_)
    found = ids(source.candidates(wants(cell("counting/chart_graph", 12))))
    assert sum(int(id_[-3:]) < 40 for id_ in found) <= 3


def test_training_and_measuring_never_share_a_picture_or_group(tmp_path):
    given_ = rows_of()
    for i, row in enumerate(given_):
        row["group"] = f"figure {i // 4}"
    source = opened(tmp_path, given_)
    seen = {
        split: {
            f"figure {[r['id'] for r in given_].index(id_) // 4}"
            for attempt in range(4)
            for id_ in ids(source.candidates(wants(cell("spatial/map", 20, split), attempt)))
        }
        for split in get_args(Split)
    }
    assert seen["train"]
    assert seen["validation"]
    assert not seen["train"] & (seen["validation"] | seen["canary"])


def test_what_a_place_gets_depends_on_nothing_but_the_place(tmp_path):
    asked = wants(cell("color/everyday_object", 12)) + wants(cell("ocr/text_dense", 5), attempt=2)
    whole = opened(tmp_path, rows_of()).candidates(asked)
    given_ = rows_of()
    random.Random(3).shuffle(given_)
    other = opened(tmp_path, given_)
    order = random.Random(4).sample(range(len(asked)), len(asked))
    alone = {i: other.candidates([asked[i]])[0] for i in order}
    assert [alone[i] for i in range(len(asked))] == whole


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 2), st.booleans())
def test_no_row_is_given_to_two_places(shared, quota, attempts, round_, hybrid):
    source = shared[hybrid]
    total = len(ids(source.candidates(wants(cell("counting/chart_graph", 60)))))
    asked = cell("counting/chart_graph", quota)
    found = [source.candidates(wants(asked, attempt, round_)) for attempt in range(attempts)]
    given_ = [id_ for wave in found for id_ in ids(wave)]
    assert len(set(given_)) == len(given_) == min(total, quota * attempts)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A source for each ranking, True for the hybrid one."""
    made = {}
    for hybrid in (True, False):
        path = tmp_path_factory.mktemp("shared")
        made[hybrid] = opened(path, rows_of(), ranking="hybrid" if hybrid else "random")
    return made


def test_a_cell_that_is_used_up_says_so(tmp_path):
    given_ = [*rows_of(), {"id": "bad", "question": "What?", "image": b"x"}]
    source = opened(tmp_path, given_)
    found = source.candidates(wants(cell("spatial/map", 100)))
    last = found[-1]
    assert isinstance(last, Failure)
    assert (last.kind, last.retryable) == ("request", False)
    assert last.message.startswith("the supporting data hold no further sample for this cell")
    assert "1 of its 241 rows cannot be used: row 241 of support.parquet has no 't" in last.message
    (nothing,) = source.candidates(wants(cell("ocr/map", 1)))
    assert isinstance(nothing, Failure)


def test_a_later_round_begins_with_other_rows(tmp_path):
    source = opened(tmp_path, rows_of())
    asked = cell("ocr/text_dense", 5)
    first = {id_ for a in range(4) for id_ in ids(source.candidates(wants(asked, a, 0)))}
    assert not first & set(ids(source.candidates(wants(asked, 0, 1))))


def test_random_is_the_same_rows_in_an_order_of_the_seed(tmp_path):
    asked = wants(cell("ocr/text_dense", 60))
    ranked = ids(opened(tmp_path, rows_of()).candidates(asked))
    mixed = [
        ids(opened(tmp_path, rows_of(), s, ranking="random").candidates(asked)) for s in (0, 0, 1)
    ]
    assert sorted(mixed[0]) == sorted(ranked)
    assert mixed[0] == mixed[1]
    assert len({tuple(each) for each in (ranked, *mixed)}) == 3


def test_a_picture_that_cannot_be_had_is_a_failure_of_its_place(tmp_path):
    Image.new("RGB", (8, 8), "red").save(tmp_path / "good.png")
    (tmp_path.parent / "secret.png").write_bytes(b"secret")
    names = ["good.png", "../secret.png", "gone.png"]
    given_ = [
        {"id": str(i), "question": f"What {i}?", "target": "red", "image": name}
        for i, name in enumerate(names)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, given_)))
    chosen = SourceSettings(plugin="retrieve", path=tmp_path / "a.jsonl")
    source = SOURCE.open(chosen, Means(RunFolder(tmp_path / "run"), cast(Consults, None)))
    every = [
        c
        for split in get_args(Split)[::2]
        for c in source.candidates(wants(cell("color/map", 3, split)))
    ]
    made = [c for c in every if isinstance(c, Candidate)]
    causes = sorted(c.message for c in every if isinstance(c, Failure) and c.kind == "image")
    assert [c.images for c in made] == [((tmp_path / "good.png").read_bytes(),)]
    assert causes[0].startswith("a picture of the row '1': '../secret.png' leads out")
    assert causes[1].startswith("a picture of the row '2': 'gone.png' is no file")


def test_pictures_are_decoded_before_they_are_given_on(tmp_path, monkeypatch):
    monkeypatch.undo()  # what is tested here
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, format="PNG")
    given_ = rows_of(4)
    for i, row in enumerate(given_):
        row["image"] = buffer.getvalue() + b"PK appended" if i % 2 else b"no picture"
    source = opened(tmp_path, given_)
    found = [
        c
        for split in get_args(Split)
        for c in source.candidates(wants(cell("ocr/text_dense", 4, split)))
    ]
    made = [c for c in found if isinstance(c, Candidate)]
    assert sorted(ids(made)) == [f"ocr/text_dense-00{i}" for i in (1, 3)]
    assert [b"PK" in c.images[0] for c in made] == [False, False]
    lost = [c for c in found if isinstance(c, Failure) and c.kind == "image"]
    assert sorted(c.message.partition(":")[0] for c in lost) == [
        f"a picture of the row 'ocr/text_dense-00{i}'" for i in (0, 2)
    ]


def test_the_catalogue(tmp_path):
    pq.write_table(pa.Table.from_pylist(rows_of(4)), tmp_path / "a.parquet")
    chosen = SourceSettings(plugin="retrieve", path=tmp_path / "a.parquet")
    found = SOURCE.catalogue(chosen)
    assert {f"{m.capability}/{m.image_type}" for m in found} == set(ASKED)
    assert found[0].conditions == {"answer kind": ("number",), "size": ("large", "small")}
    pq.write_table(pa.Table.from_pylist(rows_of(4, False)), tmp_path / "a.parquet")
    narrow = chosen.model_copy(update={"capabilities": ("ocr",)})
    assert len(SOURCE.catalogue(narrow)) == 12
    assert {m.capability for m in SOURCE.catalogue(narrow)} == {"ocr"}
    assert len(SOURCE.catalogue(chosen)) > 100


def test_it_needs_nobody_and_says_what_it_cannot_use(tmp_path):
    chosen = SourceSettings(plugin="retrieve")
    assert SOURCE.roles(chosen) == ()
    with pytest.raises(ConfigError, match="'retrieve': it has no path"):
        SOURCE.catalogue(chosen)
    with pytest.raises(DataError, match="no such file"):
        SOURCE.catalogue(chosen.model_copy(update={"path": tmp_path / "gone.parquet"}))


def test_a_second_run_gives_the_same_bytes(tmp_path):
    asked = wants(cell("spatial/map", 20))
    digests = {
        hashlib.sha256(repr(opened(tmp_path, rows_of()).candidates(asked)).encode()).hexdigest()
        for _ in range(2)
    }
    assert len(digests) == 1

"""The audit page and what people's labels say: who is drawn, what is shown, that nothing foreign
runs.
"""

import base64
import hashlib
import json
import random
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.images import encode
from blindspot.core.records import Edit, TrainingSample
from blindspot.core.tables import read_records, read_table, write_records, write_table
from blindspot.core.training_set import TrainingSetArtifact
from generation.auditing import audit
from generation.decided import GateVerdict, Rejected
from generation.labels import audited
from generation.sampling import Pool, drawn
from generation.stage import generate

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' onclick='alert(1)"
    "</title></style><style>*{display:none}</style>\u202egnp.exe{{ 7*7 }}"
)


class Seen(HTMLParser):
    """Tags with their attributes, and the text between."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def picture(number: int = 0) -> bytes:
    return encode(Image.new("RGB", (40 + number, 30), "blue"))


def refused(number: int = 0, **changes: object) -> Rejected:
    plain = {
        "id": f"train/counting/geometric/{number}/7",
        "split": "train",
        "cell": "counting/geometric",
        "gate": "agreement",
        "cause": "says otherwise",
        "evidence": "solver 1: '4'",
        "question": "How many then?",
        "target": "3",
        "images": (hashlib.sha256(picture(number)).hexdigest(),),
        "source": "pool:a.png",
    }
    return Rejected.model_validate({**plain, **changes})


def said(id_: str, gate: str, admitted: bool, evidence: str) -> GateVerdict:
    return GateVerdict(
        id=id_,
        split="train",
        cell="counting/geometric",
        gate=gate,
        admitted=admitted,
        cause="" if admitted else "says otherwise",
        evidence=evidence,
    )


def made(world, samples=(), rejected=(), verdicts=()) -> TrainingSetArtifact:
    draft = world.drafted(samples)
    write_records(draft.path / "rejected.parquet", rejected, Rejected)
    write_records(draft.path / "verdicts.parquet", verdicts, GateVerdict)
    return TrainingSetArtifact(draft.publish().path)


def page_of(world, training_set: TrainingSetArtifact, count: int = 50) -> tuple[str, Seen]:
    out = world.root / "audit.html"
    audit(world.folder, training_set, out, count)
    return out.read_text(), Seen(out.read_text())


def test_a_candidate_with_all_that_is_known(world):
    cut = Edit(
        parent=hashlib.sha256(picture(5)).hexdigest(),
        operation="crop",
        arguments={"box": [0, 0, 1, 1]},
        child=hashlib.sha256(picture(0)).hexdigest(),
    )
    one = world.example(
        options=("two", "three"),
        target="B",
        answer_kind="choice",
        evidence=((5.0, 6.0, 15.0, 26.0),),
        licence="CC-BY-4.0",
        attribution="Harbour, A. Author, https://example.org/1",
        lineage=(cut,),
        pass_rate=0.25,
        rollouts=8,
    )
    verdicts = [
        said(f"{one.id}/0", "agreement", False, "an earlier candidate"),
        said(f"{one.id}/1", "licence", True, "it is CC-BY-4.0"),
        said(f"{one.id}/1", "agreement", True, "2 blind solvers"),
    ]
    text, seen = page_of(world, made(world, [one], [], verdicts))
    assert seen.all("svg")[0]["viewbox"] == "0 0 40 30"
    box = seen.all("rect")[0]
    assert [box[k] for k in ("x", "y", "width", "height")] == ["5.0", "6.0", "10.0", "20.0"]
    assert "it is CC-BY-4.0" in text
    assert "2 blind solvers" in text
    assert "an earlier candidate" not in text, "of the slot, but not of this candidate"
    for words in ("crop", "A. Author", "right in 25 % of 8 rollouts", "three"):
        assert words in text
    assert f"Parent is not stored: {cut.parent}" in " ".join(seen.text.split())
    assert len(seen.all("img")) == 2, "the picture, and the edit's child"


def test_a_rejected_candidate_whose_picture_was_never_stored(world):
    rejected = refused(3)
    text, seen = page_of(world, made(world, [], [rejected]))
    assert not seen.all("img")
    assert f"Picture 1 is not stored: {rejected.images[0]}" in " ".join(seen.text.split())
    assert "Rejected by agreement: says otherwise" in text
    world.folder.images.put(picture(3))
    assert len(page_of(world, TrainingSetArtifact(world.root / "set"))[1].all("img")) == 1


def test_a_rejected_candidate_has_its_options_and_its_boxes(world):
    world.folder.images.put(picture(3))
    shown = {"options": ("two", "three"), "target": "B", "answer_kind": "choice"}
    rejected = refused(3, **shown, boxes=((5.0, 6.0, 15.0, 26.0),))
    _, seen = page_of(world, made(world, [], [rejected]))
    assert [seen.all("rect")[0][k] for k in ("x", "y")] == ["5.0", "6.0"]
    assert [a["class"] for a in seen.all("li") if a.get("class")] == ["key"]
    assert "B three" in " ".join(seen.text.split())


def test_a_set_that_knows_less_of_its_rejected_candidates_is_read(world):
    training_set = made(world, [], [refused(3)])
    path = training_set.artifact.path / "rejected.parquet"
    write_table(path, read_table(path).drop_columns(["options", "answer_kind", "boxes"]))
    assert read_records(path, Rejected) == [refused(3)]


def test_hostile_words_are_inert(world):
    edit = Edit(parent=HOSTILE, operation=HOSTILE, arguments={HOSTILE: HOSTILE}, child="../../etc")
    one = world.example(
        id=f"train/{HOSTILE}/0",
        cell=HOSTILE,
        question=HOSTILE,
        target="A",
        options=(HOSTILE, HOSTILE),
        answer_kind="choice",
        source=HOSTILE,
        content=HOSTILE,
        licence=HOSTILE,
        attribution=HOSTILE,
        lineage=(edit,),
    )
    two = refused(id=f"train/{HOSTILE}/0/1", gate=HOSTILE, cause=HOSTILE, question=HOSTILE)
    verdicts = [said(two.id, HOSTILE, False, HOSTILE), said(f"{one.id}/0", "x", True, HOSTILE)]
    text, seen = page_of(world, made(world, [one], [two], verdicts))
    assert (len(seen.all("script")), len(seen.all("style"))) == (1, 1)
    assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
    assert all(str(a["src"]).startswith("data:image/") for a in seen.all("img"))
    assert not any({"href", "action", "srcset"} & set(attributes) for _, attributes in seen.tags)
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in seen.text, "no template is evaluated twice"


def test_the_page_lets_only_its_own_script_run(world):
    text, seen = page_of(world, made(world, [world.example()]))
    policy = next(str(a["content"]) for a in seen.all("meta") if "http-equiv" in a)
    assert "default-src 'none'; img-src data:" in policy
    for tag in ("script", "style"):
        body = text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_a_large_picture_is_reduced_and_its_boxes_stay(world):
    noise = Image.frombytes("RGB", (1500, 600), random.Random(0).randbytes(1500 * 600 * 3))
    name = world.folder.images.put(encode(noise))
    one = world.example(images=(name,), evidence=((100.0, 100.0, 900.0, 500.0),))
    text, seen = page_of(world, made(world, [one]))
    assert str(seen.all("img")[0]["src"]).startswith("data:image/webp;base64,")
    assert seen.all("svg")[0]["viewbox"] == "0 0 1500 600"
    assert len(text) < 1_500_000


def test_a_set_that_was_generated(kit, world):
    wanted = kit.diagnosis(kit.share("presence/geometric", 10), kit.share("counting/geometric", 6))
    generate(kit.settings(), world.inputs(wanted), world.root / "set", kit.policy)
    training_set = TrainingSetArtifact(world.root / "set")
    first, seen = page_of(world, training_set, 20)
    assert page_of(world, training_set, 20)[0] == first
    articles = seen.all("article")
    assert len(articles) == 20
    assert len({a["data-id"] for a in articles}) == 20
    assert "in the band with probability" in first
    assert len(seen.all("img")) == 20
    pool = Pool.of(training_set)
    shown = drawn(pool, 20, training_set.artifact.digest)
    assert {each.id for each in shown} == {a["data-id"] for a in articles}
    verdicts = pool.verdicts({each.id for each in shown})
    for each in shown:
        own = verdicts[each.id]
        assert len({v.id for v in own}) == 1
        assert own[-1].admitted == isinstance(each, TrainingSample)


def pool_of(world, admitted: dict[str, int], rejected: dict[str, int]) -> Pool:
    plain = world.example()
    samples = [
        plain.model_copy(update={"id": f"train/{cell}/{i}", "cell": cell})
        for cell, n in admitted.items()
        for i in range(n)
    ]
    others = [
        refused().model_copy(update={"id": f"train/x/{gate}{i}/0", "gate": gate})
        for gate, n in rejected.items()
        for i in range(n)
    ]
    return Pool(made(world, [plain]), samples, others)


def test_admitted_in_proportion_and_rejected_of_every_gate(world):
    pool = pool_of(world, {"a": 80, "b": 20}, {"agreement": 90, "licence": 1, "duplicate": 9})
    found = drawn(pool, 40, "seed")
    cells = [s.cell for s in found if isinstance(s, TrainingSample)]
    gates = [r.gate for r in found if isinstance(r, Rejected)]
    assert (cells.count("a"), cells.count("b")) == (16, 4)
    assert len(gates) == 20
    assert {gate: gates.count(gate) for gate in set(gates)} == {
        "licence": 1,
        "duplicate": 2,
        "agreement": 17,
    }
    kinds = [isinstance(each, TrainingSample) for each in found]
    assert kinds != sorted(kinds, reverse=True), "the order does not tell what was decided"
    assert [each.id for each in drawn(pool, 40, "seed")] == [each.id for each in found]
    assert [each.id for each in drawn(pool, 40, "other")] != [each.id for each in found]


@given(
    count=st.integers(1, 60),
    admitted=st.lists(st.integers(1, 30), max_size=4),
    rejected=st.lists(st.integers(1, 30), max_size=4),
)
def test_as_many_as_wanted_and_nobody_twice(count, admitted, rejected):
    plain = TrainingSample(
        id="",
        split="train",
        cell="",
        question="q",
        prompt="q",
        images=(),
        target="1",
        answer_kind="number",
        capability="c",
        image_type="i",
        source="s",
    )
    samples = [
        plain.model_copy(update={"id": f"a{c}/{i}", "cell": str(c)})
        for c, n in enumerate(admitted)
        for i in range(n)
    ]
    others = [
        refused().model_copy(update={"id": f"r{g}/{i}", "gate": str(g)})
        for g, n in enumerate(rejected)
        for i in range(n)
    ]
    found = drawn(Pool(None, samples, others), count, "s")  # type: ignore[arg-type]
    assert len(found) == min(count, len(samples) + len(others))
    assert len({each.id for each in found}) == len(found)


def labelled(world, rows: list[tuple[str, str]], head: str = "id,label"):
    path = world.root / "labels.csv"
    path.write_text("\n".join([head, *(f'"{id_}",{label}' for id_, label in rows)]))
    return path


def test_precision_with_wilsons_interval(world):
    samples = [world.example(i) for i in range(12)]
    rejected = [refused(i) for i in range(3)]
    training_set = made(world, samples, rejected)
    rows = [(s.id, "right") for s in samples[:9]] + [(samples[9].id, "wrong")]
    rows += [(samples[10].id, "unsure"), (samples[11].id, "")]
    rows += [(rejected[0].id, "right"), (rejected[1].id, "wrong"), ("train/elsewhere/0", "right")]
    found = audited(training_set, labelled(world, rows))
    own = found.admitted
    assert (own.right, own.wrong, own.unsure, own.rate) == (9, 1, 1, 0.9)
    assert own.interval == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert list(found.rejected) == ["agreement"]
    assert found.rejected["agreement"].rate == 0.5
    assert found.unknown == 1


def test_no_label_yet(world):
    one = world.example()
    found = audited(made(world, [one]), labelled(world, [(one.id, "")]))
    assert (found.admitted.rate, found.admitted.interval) == (None, (0.0, 1.0))


@pytest.mark.parametrize(
    ("rows", "head", "why"),
    [
        ([("train/counting/geometric/0", "maybe")], "id,label", "line 2: 'maybe' is none of"),
        ([("train/counting/geometric/0", "right")], "name,label", "no columns 'id' and 'label'"),
        ([("somebody/else", "right")], "id,label", "none of its 1 candidates"),
    ],
)
def test_a_file_that_is_no_such_form(world, rows, head, why):
    with pytest.raises(DataError, match=why):
        audited(made(world, [world.example()]), labelled(world, rows, head))


def test_labels_that_are_not_there(world):
    with pytest.raises(DataError, match="Export them with the button"):
        audited(made(world, [world.example()]), world.root / "none.csv")


def test_labels_outlive_a_spreadsheet(world):
    """A byte-order mark, carriage returns and quotes, as one saves it."""
    one = world.example()
    path = world.root / "labels.csv"
    path.write_bytes(f'\ufeff"id","label"\r\n"{one.id}","right"\r\n'.encode())
    assert audited(made(world, [one]), path).admitted.right == 1
    assert json.loads(audited(TrainingSetArtifact(world.root / "set"), path).model_dump_json())

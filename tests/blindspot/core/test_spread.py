"""A model on a cluster of two nodes with one processor each: the outcomes of one process, and what
becomes of them when processes die.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError, DataError, StageError
from blindspot.core.images import ImageStore, encode
from blindspot.core.ledger import Ledger
from blindspot.core.model import ModelSettings, Request, open_model
from blindspot.core.ray_cluster import joined
from blindspot.core.records import Completion, Failure
from blindspot.core.spread import _opened, _places, check, spread

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
]

MODEL = """
import os
import time
from pathlib import Path

from blindspot.core.records import Completion, Failure


class Looker:
    fingerprint, chunk, concurrency = "looker", 4, 1

    def __init__(self, notes, images):
        self.notes, self.images = notes, images

    async def generate(self, requests):
        with (self.notes / "asked").open("a") as asked:
            print(os.getpid(), *(r.prompt for r in requests), file=asked)
        time.sleep(0.05)
        if any(r.prompt == "die" for r in requests) and not (self.notes / "well").exists():
            if (self.notes / "once").exists():
                (self.notes / "well").touch()
            os._exit(1)
        return [self.answer(r) for r in requests]

    def answer(self, request):
        try:
            sizes = [self.images.open(name).size for name in request.images]
            sizes += [len(self.images.path(name).read_bytes()) for name in request.images]
        except OSError as error:
            return Failure(kind="image", message=str(error), retryable=False)
        return Completion(text=f"{request.prompt} {sizes}")

    async def abilities(self):
        return {"pid": os.getpid()}

    async def rest(self):
        pass


class Plugin:
    def check(self, settings):
        pass

    def fingerprint(self, settings):
        return "looker"

    def open(self, settings, images):
        return Looker(Path(settings.model), images)


PLUGIN = Plugin()
"""


class Bench:
    """A model's code, its notes, and pictures."""

    def __init__(self, root: Path) -> None:
        self.notes, self.images = root / "notes", ImageStore(root / "images")
        self.notes.mkdir()
        (root / "looker.py").write_text(MODEL)
        self.settings = ModelSettings(
            backend="python_file", checkpoint=str(root / "looker.py"), model=str(self.notes)
        )

    def requests(self, count: int) -> list[Request]:
        """Each with a picture of another size."""
        pictures = [encode(Image.new("RGB", (i + 1, 2))) for i in range(count)]
        return [
            Request(prompt=f"q{i}", images=(self.images.put(data),))
            for i, data in enumerate(pictures)
        ]

    def asked(self) -> list[tuple[str, list[str]]]:
        """Who was asked what, call by call."""
        lines = (self.notes / "asked").read_text().splitlines()
        return [(line.split()[0], line.split()[1:]) for line in lines]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def cluster(ray_address: str) -> Iterator[ModuleType]:
    """Connected for the whole file, which every test then finds connected."""
    with joined("evaluation", ray_address) as ray:
        yield ray


def test_two_nodes_give_the_outcomes_of_one_process(bench, cluster, tmp_path):
    requests = bench.requests(24)
    bench.images.path(requests[7].images[0]).unlink()
    alone = ask(open_model(bench.settings, bench.images), requests, Ledger(tmp_path / "alone"))
    assert isinstance(alone[7], Failure)
    assert bench.images.path(requests[7].images[0]).name in alone[7].message
    (bench.notes / "asked").unlink()
    with spread(bench.settings, bench.images, "") as model:
        assert (model.chunk, model.concurrency) == (4, 2)
        assert ask(model, requests, Ledger(tmp_path / "spread")) == alone
        asked = bench.asked()
        assert len({pid for pid, _ in asked}) == 2
        assert sorted(len(prompts) for _, prompts in asked) == [4] * 6
        assert asyncio.run(model.abilities())["pid"] in {int(pid) for pid, _ in asked}


def test_what_was_answered_alone_is_not_asked_again(bench, cluster, tmp_path):
    requests, ledger = bench.requests(12), Ledger(tmp_path / "ledger")
    model = open_model(bench.settings, bench.images)
    ask(model, requests[:8], ledger)
    (bench.notes / "asked").unlink()
    with spread(bench.settings, bench.images, "") as spread_out:
        assert spread_out.fingerprint == model.fingerprint
        answers = ask(spread_out, requests, ledger)
    assert [a.text.split()[0] for a in answers if isinstance(a, Completion)] == [
        r.prompt for r in requests
    ]
    assert [prompts for _, prompts in bench.asked()] == [["q8", "q9", "q10", "q11"]]


def test_the_chunk_of_a_copy_that_dies_is_asked_of_another(bench, cluster, tmp_path):
    (bench.notes / "once").touch()
    requests = [*bench.requests(24), Request(prompt="die")]
    with spread(bench.settings, bench.images, "") as model:
        answers = ask(model, requests, Ledger(tmp_path / "ledger"))
        assert asyncio.run(model.abilities())
    assert all(isinstance(answer, Completion) for answer in answers)
    calls = [" ".join(prompts) for _, prompts in bench.asked()]
    assert calls.count("die") == 2
    assert all(calls.count(call) == 1 for call in calls if call != "die")


def test_with_no_copy_left_the_stage_ends_and_goes_on_later(bench, cluster, tmp_path):
    requests = [*bench.requests(8), Request(prompt="die")]
    ledger = Ledger(tmp_path / "ledger")
    with (
        spread(bench.settings, bench.images, "") as model,
        pytest.raises(StageError, match="all 2 copies of the model died"),
    ):
        ask(model, requests, ledger)
    (bench.notes / "well").touch()
    (bench.notes / "asked").unlink()
    with spread(bench.settings, bench.images, "") as model:
        answers = ask(model, requests, ledger)
    assert all(isinstance(answer, Completion) for answer in answers)
    assert [prompts for _, prompts in bench.asked()] == [["die"]]


def test_a_damaged_picture_is_named_as_it_is_alone(bench, cluster, tmp_path):
    requests = bench.requests(2)
    bench.images.path(requests[1].images[0]).write_bytes(b"other")
    for opened in (spread(bench.settings, bench.images, ""), alone(bench)):
        with opened as model, pytest.raises(DataError, match="it is not what was stored"):
            ask(model, requests, Ledger(tmp_path / "ledger"))


def alone(bench: Bench) -> Any:
    from contextlib import nullcontext

    return nullcontext(open_model(bench.settings, bench.images))


def test_a_node_that_cannot_open_the_model_says_so(bench, cluster, monkeypatch):
    """Its file is there when the driver looks, and gone when the copies do."""
    file = Path(bench.settings.checkpoint)

    def looked(settings: ModelSettings) -> str:
        file.unlink()
        return "looker"

    monkeypatch.setattr("blindspot.core.spread.fingerprint", looked)
    with (
        pytest.raises(ConfigError, match=r"On node \S+: The model's code .*there is no such file"),
        spread(bench.settings, bench.images, ""),
    ):
        pass


def test_an_evaluation_is_the_same_to_the_byte(blindspot, cluster, tmp_path):
    example = tmp_path / "tiny"
    shutil.copytree(Path(__file__).parents[3] / "examples" / "tiny", example)
    evaluations = []
    for executor in ("ray", "local"):
        out = tmp_path / executor
        code, _, error = blindspot(
            *("evaluate", example / "config.toml", "--out", out, "--executor", executor),
            *("--limit", 40, "--set", "model.batch_size=8"),
        )
        assert code == 0, error
        evaluations.append(out / "round-0" / "evaluation")
    spread_out, alone = evaluations
    for name in ("samples.parquet", "predictions.parquet", "metrics.json"):
        assert (spread_out / name).read_bytes() == (alone / name).read_bytes()


def test_models_behind_a_server_are_refused(config, blindspot):
    code, _, error = blindspot("validate", config, "--set", "evaluation.executor=ray")
    assert code == 2
    assert "the backend 'replay' computes nothing in this process" in error


def test_a_gpu_by_number_is_refused():
    with pytest.raises(ConfigError, match="each copy of the model sees one GPU, its own"):
        check(ModelSettings(checkpoint="x", device="cuda:1"))


def node(name: str, alive: bool = True, **resources: float) -> dict[str, Any]:
    return {"NodeID": name * 56, "Alive": alive, "Resources": resources}


@pytest.fixture
def nodes(ray_address: str) -> Callable[..., Any]:
    """Ray, of which only the nodes are made up."""
    import ray

    return lambda *found: SimpleNamespace(nodes=lambda: list(found), util=ray.util)


def test_each_gpu_has_a_copy_and_its_share_of_the_processors(nodes):
    ray = nodes(node("b", CPU=32.0, GPU=4.0), node("a", CPU=8.0), node("c", False, GPU=8.0))
    found = _places(ray, "auto")
    assert [(place["num_gpus"], place["num_cpus"]) for place in found] == [(1, 8)] * 4
    assert {place["scheduling_strategy"].node_id for place in found} == {"b" * 56}


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_without_gpus_or_a_wish_for_them_each_node_has_one(nodes, device):
    gpus = 2.0 if device == "cpu" else 0.0
    ray = nodes(node("b", CPU=32.0, GPU=gpus), node("a", CPU=2.0), node("c"))
    found = _places(ray, device)
    assert [place["num_cpus"] for place in found] == [2, 32]
    assert not any("num_gpus" in place for place in found)


def test_a_copy_for_which_there_is_no_room_is_not_waited_for(cluster, monkeypatch):
    monkeypatch.setattr("blindspot.core.spread.JOIN", 0.5)

    opened: Any = cluster.remote(lambda: "facts")
    opening = [opened.options(num_cpus=cpus).remote() for cpus in (100, 1)]
    assert _opened(cluster, opening, 30) == {1: "facts"}

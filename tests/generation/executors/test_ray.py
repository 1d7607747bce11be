"""The Ray executor on a cluster of two nodes with one processor each, on this machine."""

import builtins
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError, DataError, StageError
from generation.executor import OpenExecutor
from generation.executors import ray as plugin
from generation.stage import generate

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
]


@pytest.fixture(scope="module")
def executor(ray_address: str) -> Iterator[OpenExecutor]:
    with plugin.PLUGIN.open(ray_address) as opened:
        yield opened


def test_both_nodes_work_and_the_order_is_that_of_the_items(executor):
    def work(item: int) -> tuple[int, str]:
        import time

        import ray

        time.sleep(0.02)
        return item * item, ray.get_runtime_context().get_node_id()

    items = list(range(60, 0, -1))
    done = executor.map(work, items)
    assert [square for square, _ in done] == [item * item for item in items]
    assert len({node for _, node in done}) == 2
    assert executor.map(work, []) == []


def test_the_training_set_is_the_one_of_the_local_executor(kit, tmp_path, world, executor):
    wanted = kit.diagnosis(
        kit.share("presence/geometric", 12),
        kit.share("counting/geometric", 6, objects="few"),
        categories=[kit.rated("color/geometric", "strong")],
    )

    def made(name: str, root: Path) -> Any:
        here = type(world)(root)
        inputs = here.inputs(wanted, here.benchmark("counting", 6))
        return generate(kit.settings(executor=name), inputs, root / "set", kit.policy)

    spread = made("ray", tmp_path / "spread")
    assert spread.manifest.counts["train"] == 18
    assert spread.manifest.counts["rejected"] > 0
    assert spread.digest == made("local", tmp_path / "here").digest


def test_an_error_of_ours_comes_out_as_itself_the_first_item_s(executor):
    def work(item: int) -> int:
        if item % 2:
            raise DataError(f"item {item}", "it is odd", "leave it out")
        return item

    with pytest.raises(DataError) as caught:
        executor.map(work, [0, 2, 7, 4, 5])
    assert (caught.value.what, caught.value.why) == ("item 7", "it is odd")
    assert caught.value.way_out == "leave it out"


def test_a_defect_keeps_its_traceback(executor):
    def work(item: int) -> float:
        return 1 / item

    with pytest.raises(Exception, match="ZeroDivisionError"):
        executor.map(work, [0])


def test_a_worker_that_dies_is_replaced(executor, tmp_path):
    died = str(tmp_path / "died")
    assert executor.map(dying(died), [1, 2, 3]) == [1, 2, 3]
    assert Path(died).exists()


def test_workers_that_always_die_end_the_stage(ray_address, executor, tmp_path, monkeypatch):
    monkeypatch.setattr(plugin, "PATIENCE", 4)
    with (
        plugin.PLUGIN.open(ray_address) as hurried,
        pytest.raises(StageError, match="nothing came back for 4 seconds"),
    ):
        hurried.map(dying(""), [1])


def dying(once: str) -> Callable[[int], int]:
    """Kills its process, once where a path is given."""

    def work(item: int) -> int:
        import os
        from pathlib import Path

        if not once or not Path(once).exists():
            if once:
                Path(once).touch()
            os._exit(1)
        return item

    return work


START = """
import os
from generation.executor import open_executor

def work(item):
    print("said by a worker")
    return item, os.getpid()

if __name__ == "__main__":
    with open_executor("ray", "") as executor:
        done = executor.map(work, range(5))
    import ray
    print([i for i, _ in done], os.getpid() in {pid for _, pid in done}, ray.is_initialized())
"""


def test_without_an_address_it_starts_here_ends_and_says_nothing(ray_address):
    """`ray_address` only skips it where ray is not installed."""
    environment = {k: v for k, v in os.environ.items() if k != "RAY_ADDRESS"}
    command = [sys.executable, "-c", START]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert run.stdout == "[0, 1, 2, 3, 4] False False\n"
    assert "INFO" not in run.stderr


def test_an_address_where_nobody_listens_is_named_at_once(ray_address, monkeypatch):
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{unused.getsockname()[1]}"
        with (
            pytest.raises(ConfigError, match=f"Ray at '{nowhere}': it cannot be reached"),
            plugin.PLUGIN.open(nowhere),
        ):
            pass


def test_without_ray_it_says_how_to_get_it(monkeypatch):
    ordinary = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "ray":
            raise ModuleNotFoundError("No module named 'ray'", name="ray")
        return ordinary(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"pip install 'blindspot-lmm\[ray\]'"):
        plugin.PLUGIN.check()
    with pytest.raises(ConfigError, match="'ray' is not installed"), plugin.PLUGIN.open(""):
        pass

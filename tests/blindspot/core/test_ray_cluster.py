"""What is said where there is no Ray, or nobody at its address. `tests/generation/executors` joins
one.
"""

import builtins
import socket
from typing import Any

import pytest

from blindspot.core.errors import BlindspotError, ConfigError, DataError
from blindspot.core.ray_cluster import Raised, imported, joined, unpacked


def test_an_error_of_ours_comes_out_as_it_went_in():
    raised = Raised.of(DataError("A picture", "it is damaged", "Replace it"))
    with pytest.raises(DataError) as caught:
        unpacked(raised)
    assert (caught.value.why, caught.value.way_out) == ("it is damaged", "Replace it")
    assert unpacked([1]) == [1]


@pytest.mark.parametrize("kind", BlindspotError.__subclasses__())
def test_every_kind_of_error_can_travel(kind: type[BlindspotError]):
    with pytest.raises(kind):
        unpacked(Raised.of(kind("a", "b", "c")))


@pytest.mark.parametrize("section", ["evaluation", "generation"])
def test_without_ray_the_option_is_named(section: str, monkeypatch: pytest.MonkeyPatch):
    ordinary = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "ray":
            raise ModuleNotFoundError("No module named 'ray'", name="ray")
        return ordinary(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=rf"{section}\.executor = 'ray': the package 'ray'"):
        imported(section)


def test_an_address_where_nobody_listens_names_the_option(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("ray")
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{unused.getsockname()[1]}"
        with (
            pytest.raises(ConfigError, match=r"Correct evaluation\.ray_address"),
            joined("evaluation", nowhere),
        ):
            pass

"""Foreign input made by breaking what is valid, so that it gets past the first check.

    fuzz.json(data, {"choices": [{"message": {"content": "red"}}]})
        '{"choices": [{"message": {"content": [[[[…'       a value of another type, deep inside
    fuzz.raw(data, PNG)                         flipped, cut, repeated, spliced
    fuzz.documented(lambda: reader(path))         what it returns; None for a BlindspotError

Every test here asks the same of a reader: whatever comes in, it gives its documented value or
raises a `BlindspotError`, within a few seconds of CPU time. The examples are derandomised: the same
ones everywhere, so that a red run is a defect and not luck. FUZZ=50 draws fifty times as many.
"""

import csv
import io
import itertools
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.errors import BlindspotError
from blindspot.core.images import encode

T = TypeVar("T")

_SECONDS: Final = 5.0
"""Of CPU time, for one input; a reader that needs more hangs."""
_DIGITS, _DEEP, _DEEPER = "@digits@", "@deep@", "@deeper@"
_RAW: Final = {
    f'"{_DIGITS}"': "7" * 5000,
    f'"{_DEEP}"': "[" * 100_000,
    f'"{_DEEPER}"': '{"a":' * 300 + "1" + "}" * 300,
}
"""What JSON can say and `json.dumps` cannot, by its mark."""
HOSTILE: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308, float("nan"),
    float("inf"), "", " ", "0", "nan", "None", "\x00", "\n", "\u2028", "\ud800", "\udfff\ud800",
    "\u202ered", "e\u0301" * 50, "٣", "²", "=1+1", "{}", "{0}", "%s", "<image>", "<think>",
    "</think>",
    "<script>alert(1)</script>", "../../etc/passwd", "/dev/zero", "C:\\x", "\\boxed{", "(" * 500,
    "A" * 10_000, "1e999", "-0", "1" * 400, [], {}, [[]], [None], {"": None}, [[[[[[]]]]]],
    _DIGITS, _DEEP, _DEEPER,
)  # fmt: skip
"""Values that a reader may meet in place of its own."""
_SPLICES: Final = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b"\r\n", b",", b'"', b"'", b"{",
    b"}", b"[[", b"=", b"\\", b"\xe2\x80\xa8", b"9" * 5000, b"\xff\xff\xff\xff", b"\x00" * 64,
)  # fmt: skip
_UNSAID: Final = (
    pa.ArrowException, TypeError, ValueError, AttributeError, OverflowError, LookupError,
)  # fmt: skip
"""What Arrow raises for rows that are none."""


class Fuzz:
    """The ways to break things. One drawn number decides all choices of one breakage: drawing each
    by itself would take longer than the readers do.
    """

    hostile = HOSTILE

    def value(self, data: st.DataObject, seed: Any, most: int = 3) -> Any:
        """A JSON value like the seed, some of its parts replaced, dropped, doubled or moved."""
        rng = _drawn(data)
        for _ in range(rng.randint(1, most)):
            places = list(_places(seed))
            part = _at(seed, rng.choice(places))
            other = rng.choice(HOSTILE) if rng.random() < 0.7 else part
            seed = _changed(seed, rng.choice(places), rng.choice(_CHANGES), other)
        return seed

    def json(self, data: st.DataObject, seed: Any) -> str:
        """The same as text, which is sometimes broken as text too."""
        text = json.dumps(self.value(data, seed))
        for mark, raw in _RAW.items():
            text = text.replace(mark, raw)
        return self.text(data, text) if _drawn(data).random() < 0.2 else text

    def text(self, data: st.DataObject, seed: str) -> str:
        """Text like the seed, with halves of characters where it was cut in the middle of one."""
        broken = self.raw(data, seed.encode("utf-8", "surrogatepass"))
        return broken.decode("utf-8", data.draw(st.sampled_from(("replace", "surrogateescape"))))

    def raw(self, data: st.DataObject, seed: bytes) -> bytes:
        """Bytes like the seed: flipped, cut, repeated, spliced."""
        rng = _drawn(data)
        for _ in range(rng.randint(1, 3)):
            at, length = rng.randint(0, len(seed)), rng.choice((1, 2, 7, 64, 1000))
            flipped = bytes(byte ^ (1 << rng.randrange(8)) for byte in seed[at : at + 1])
            seed = rng.choice((
                seed[:at] + flipped + seed[at + 1 :],
                seed[:at] + seed[at + length :],
                seed[: at + length] + seed[at:],
                seed[:at] + rng.choice(_SPLICES) + seed[at:],
                seed[:at],
            ))  # fmt: skip
        return seed

    def table(self, data: st.DataObject, columns: list[str], rows: list[list[Any]]) -> bytes:
        """A CSV like the seed: cells replaced, or broken as bytes."""
        broken = self.value(data, [columns, *rows])
        lines = broken if isinstance(broken, list) else [broken]
        text = io.StringIO()
        csv.writer(text).writerows(line if isinstance(line, list) else [line] for line in lines)
        written = text.getvalue().encode("utf-8", "surrogatepass")
        return self.raw(data, written) if _drawn(data).random() < 0.4 else written

    def parquet(self, data: st.DataObject, path: Path, seed: list[dict[str, Any]]) -> bool:
        """Write rows like the seed; False where no Parquet file can say them."""
        broken = self.value(data, seed)
        try:
            pq.write_table(pa.Table.from_pylist(broken), path)
        except _UNSAID:
            return False
        return True

    def documented(self, call: Callable[[], T]) -> T | None:
        """What a reader gives; None where it raises one of our errors. Anything else fails."""
        began, error = time.process_time(), None
        try:
            return call()
        except BlindspotError as raised:
            error = raised
            return None
        finally:
            assert time.process_time() - began < _SECONDS
            assert error is None or (error.why and error.way_out)


def _drawn(data: st.DataObject) -> random.Random:
    return random.Random(data.draw(st.integers(0, 2**32)))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


_CHANGES: Final = ("replace", "replace", "drop", "double", "rename", "wrap")


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all parts, the whole first."""
    yield at
    if len(at) < 12 and isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in parts:
            yield from _places(inner, (*at, key))


def _changed(value: Any, at: tuple[Any, ...], how: str, other: Any) -> Any:
    if not at:
        return [value] if how == "wrap" else other if how == "replace" else value
    key, *rest = at
    if rest:
        return _with(value, key, _changed(value[key], tuple(rest), how, other))
    if how in ("replace", "wrap"):
        return _with(value, key, other if how == "replace" else [value[key]])
    if isinstance(value, list):
        return value[:key] + ([] if how == "drop" else [value[key]] * 2) + value[key + 1 :]
    name = str(other)[:40] if how == "rename" else key
    kept = {k: v for k, v in value.items() if k != key}
    return kept if how == "drop" else kept | {name: value[key]}


def _with(value: Any, key: Any, inner: Any) -> Any:
    if isinstance(value, list):
        return [inner if i == key else v for i, v in enumerate(value)]
    return value | {key: inner}


settings.register_profile(
    "fuzz",
    settings.get_profile("default"),
    max_examples=80 * int(os.environ.get("FUZZ", "1")),
    deadline=None,
    derandomize="FUZZ" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A path that nobody has used, with a picture beside it."""
    root, numbers = tmp_path_factory.mktemp("places"), itertools.count()
    picture = encode(Image.new("RGB", (6, 6), "red"))

    def fresh(name: str) -> Path:
        folder = root / str(next(numbers))
        folder.mkdir()
        (folder / "a.png").write_bytes(picture)
        return folder / name

    return fresh


@pytest.fixture(scope="session")
def fuzz() -> Fuzz:
    return Fuzz()

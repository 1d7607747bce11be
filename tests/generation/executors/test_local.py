"""The local executor does everything here, in order."""

import os

import pytest

from blindspot.core.errors import DataError
from generation.executors.local import PLUGIN


def test_what_becomes_of_the_items_comes_back_in_their_order():
    with PLUGIN.open("") as executor:
        assert executor.map(lambda i: (i * i, os.getpid()), [3, 1]) == [
            (9, os.getpid()),
            (1, os.getpid()),
        ]
        assert executor.map(str, []) == []


def test_an_error_comes_out_as_it_is():
    def work(item: int) -> int:
        raise DataError(f"item {item}", "why", "way out")

    with PLUGIN.open("") as executor, pytest.raises(DataError, match="item 5"):
        executor.map(work, [5, 6])

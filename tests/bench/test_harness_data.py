"""The data sets: drawn by a seed, read by every arm."""

import json

import numpy as np
import pyarrow.parquet as pq

from bench.bare_client import messages
from bench.endpoint import question, target
from bench.harness_data import Data, icon, make, photo
from bench.lmms_arm import TASK


def test_pictures_are_drawn_by_their_seed():
    assert icon(np.random.default_rng(1)) == icon(np.random.default_rng(1))
    assert icon(np.random.default_rng(1)) != icon(np.random.default_rng(2))
    size = len(photo(np.random.default_rng(1)))
    assert 150_000 < size < 300_000


def test_both_harnesses_read_the_rows_and_the_bare_client_the_same_pictures(data: Data):
    table = pq.read_table(data.parquet).to_pylist()
    files = sorted(data.pictures.iterdir())
    assert (len(table), len(files)) == (75, 40)
    assert table[41]["image"]["bytes"] == files[1].read_bytes()
    assert (table[41]["question"], table[41]["target"]) == (question(41), target(41))
    assert table[0]["question"] in json.dumps(messages(files[0], 0))
    assert TASK in (data.task / "bench.yaml").read_text()
    before = data.parquet.stat().st_mtime_ns
    assert make(data.folder.parent, data.kind).parquet.stat().st_mtime_ns == before

"""What a process and its children used."""

import os
import sys
import time
from pathlib import Path

from bench.processes import cpu_of, reap, start


def test_cpu_of_a_session_counts_what_it_used():
    before = cpu_of(os.getpid())
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert cpu_of(os.getpid()) - before >= 0.08


def test_memory_is_that_of_the_command_and_not_of_the_bench(tmp_path: Path):
    held = bytearray(200_000_000)
    small = [sys.executable, "-c", "import time; time.sleep(0.1)"]
    assert 5e6 < reap(start(small, tmp_path), time.monotonic()).memory < 60e6
    large = [sys.executable, "-c", "import time; x = b'1' * 150_000_000; time.sleep(0.1)"]
    assert 150e6 < reap(start(large, tmp_path), time.monotonic()).memory < len(held) + 10e6

"""Safe decoding under attack: bombs, slow pictures, processes that die."""

import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from blindspot.core.images import MAX_PIXELS
from blindspot.core.records import Failure
from generation import decoding
from generation.decoding import Caps, Decoders


@pytest.mark.parametrize("side", [9_000, 50_000, 2**31 - 1])
def test_a_tiny_file_that_claims_to_be_huge_is_refused(side: int, claiming, refusal) -> None:
    assert f"{MAX_PIXELS:,}" in refusal(claiming(side, side))


def test_the_cap_is_exact(scene, encoded) -> None:
    decoders = Decoders(Caps(pixels=800), processes=1)
    fits, exceeds = decoders.decoded([encoded(scene(40, 20), "PNG"), encoded(scene(89, 9), "PNG")])
    decoders.close()
    assert isinstance(fits, bytes)
    assert isinstance(exceeds, Failure)
    assert "89×9 pixels, more than 800" in exceeds.message


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(bomb, refusal) -> None:
    data = bomb(50_000, 50_000)
    assert len(data) < 1_000_000
    assert f"{MAX_PIXELS:,}" in refusal(data)


def test_text_that_unpacks_to_megabytes_is_refused(scene, encoded, chunk, refusal) -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(20_000_000), 9)
    plain = encoded(scene(), "PNG")
    assert "cannot be decoded" in refusal(plain[:33] + chunk(b"zTXt", text) + plain[33:])


def test_too_little_memory_is_a_failure_and_the_next_picture_is_decoded(
    scene, encoded, bomb
) -> None:
    if sys.platform == "darwin":
        pytest.skip("the system does not enforce a limit of memory")
    decoders = Decoders(Caps(memory=160_000_000), processes=1)
    refused, kept = decoders.decoded([bomb(7000, 7000), encoded(scene(), "PNG")])
    decoders.close()
    assert isinstance(refused, Failure)
    assert isinstance(kept, bytes)


def test_a_picture_that_takes_too_much_time_is_ended(encoded) -> None:
    slow = encoded(Image.new("RGB", (4000, 4000)), "PNG", compress_level=1)
    decoders = Decoders(Caps(wall_seconds=0.05), processes=1)
    refused = decoders.decoded([slow])[0]
    decoders.close()
    assert isinstance(refused, Failure)
    assert "more than 0.05 s" in refused.message


def test_cpu_time_is_counted_for_each_picture_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 7.3 s for the pictures before, one of at most 30 s ends at 38, rounded up."""
    told: list[tuple[int, tuple[int, int]]] = []
    used = SimpleNamespace(ru_utime=7.2, ru_stime=0.1)
    limit = decoding.worker.resource
    monkeypatch.setattr(limit, "getrusage", lambda who: used)
    monkeypatch.setattr(limit, "setrlimit", lambda what, most: told.append((what, most)))
    decoding.worker._allow(30)
    assert told == [(limit.RLIMIT_CPU, (38, limit.RLIM_INFINITY))]


def test_a_picture_that_takes_too_much_cpu_time_is_ended(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scene, encoded
) -> None:
    spinning = tmp_path / "spinning.py"
    spinning.write_text(
        "import runpy, sys\n"
        f"worker = runpy.run_path({decoding.worker.__file__!r})\n"
        "answered, inside = worker['_answered'], worker['_serve'].__globals__\n"
        "def spin(data, most):\n"
        "    while data == b'spin':\n"
        "        pass\n"
        "    return answered(data, most)\n"
        "inside['_answered'] = spin\n"
        "worker['_serve'](sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]), int(sys.argv[3]))"
    )
    monkeypatch.setattr(decoding.worker, "__file__", str(spinning))
    fine = encoded(scene(), "PNG")
    before, refused, after = small.decoded([fine, b"spin", fine])
    assert isinstance(refused, Failure)
    assert "1 s of CPU time" in refused.message
    assert isinstance(before, bytes)
    assert before == after


def test_a_killed_process_costs_no_other_picture(small: Decoders, scene, encoded) -> None:
    data = encoded(scene(), "PNG")
    first = small.decoded([data])
    decoder = small._idle.queue[0]
    assert decoder._process is not None
    os.kill(decoder._process.pid, signal.SIGKILL)
    decoder._process.wait()
    assert small.decoded([data]) == first


def test_a_process_that_dies_over_a_picture_costs_that_picture(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scene, encoded
) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import sys; sys.stdin.buffer.read(9); sys.exit(3)")
    with monkeypatch.context() as patch:
        patch.setattr(decoding.worker, "__file__", str(dying))
        refused = small.decoded([b"x" * 100])[0]
    assert isinstance(refused, Failure)
    assert "ended its decoder" in refused.message
    assert isinstance(small.decoded([encoded(scene(), "PNG")])[0], bytes)


def test_an_answer_that_claims_to_be_huge_is_not_read(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lying = tmp_path / "lying.py"
    lying.write_text(
        "import sys, time\n"
        "sys.stdout.buffer.write(b'P' + b'\\x7f' * 8); sys.stdout.flush(); time.sleep(60)"
    )
    monkeypatch.setattr(decoding.worker, "__file__", str(lying))
    assert isinstance(small.decoded([b"x"])[0], Failure)


def test_the_process_sees_no_key(
    small: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    telling = tmp_path / "telling.py"
    telling.write_text(
        "import os, sys\n"
        "said = repr(dict(os.environ)).encode()\n"
        "sys.stdout.buffer.write(b'P' + len(said).to_bytes(8, 'big') + said)\n"
        "sys.stdout.flush(); sys.stdin.read()"
    )
    monkeypatch.setenv("SECRET_KEY", "canary-7391")
    monkeypatch.setattr(decoding.worker, "__file__", str(telling))
    said = small.decoded([b"x"])[0]
    assert isinstance(said, bytes)
    assert b"canary" not in said
    assert b"SECRET" not in said


def test_no_process_outlives_the_caller() -> None:
    code = (
        "from generation.decoding import decoded, _DECODERS\n"
        "decoded([b'x'])\n"
        "running = [d._process.pid for d in _DECODERS._idle.queue if d._process]\n"
        "print(*running, flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    pids = [int(word) for word in said.stdout.split()]
    assert len(pids) == 1
    assert _ended(pids[0])


def _ended(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if Path("/proc").exists() and not state.exists():
            return True
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False

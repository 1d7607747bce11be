"""The clock jumps where it should, the endpoint is out and slow, the disk is small."""

import subprocess
import sys
import time
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from bench.chaos import room
from bench.chaos.command import Place
from bench.chaos.endpoints import PLAIN
from bench.chaos.relay import Relay
from bench.processes import ROOT
from bench.stub.server import stub

CLOCK = """
import time
a = time.time(), time.monotonic(), time.time_ns()
while time.process_time() < 0.5: pass
b = time.time(), time.monotonic(), time.time_ns()
print(b[0] - a[0] - (b[1] - a[1]), (b[2] - a[2]) / 1e9 - (b[1] - a[1]))
"""


def test_the_clock_jumps_and_the_monotonic_one_does_not():
    path = str(ROOT / "bench" / "chaos" / "clock")
    line = [sys.executable, "-c", CLOCK]
    environment = {"PYTHONPATH": path, "CHAOS_CLOCK": "0.4 -7200"}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    for jump in done.stdout.split():
        assert -7201 < float(jump) < -7199


def models(url: str) -> int:
    at = urlsplit(url)
    connection = HTTPConnection(at.hostname or "", at.port, timeout=10)
    try:
        connection.request("GET", "/v1/models")
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_endpoint_is_out_then_slow_then_well():
    with stub(PLAIN) as server, Relay(server.port) as relay:
        assert models(relay.url) == 200
        relay.out()
        with pytest.raises((ConnectionError, RemoteDisconnected)):
            models(relay.url)
        relay.well()
        relay.slow(0.3)
        begun = time.monotonic()
        assert models(relay.url) == 200
        assert time.monotonic() - begun >= 0.3


@pytest.mark.skipif(not room.available(), reason="no mounting in a namespace of our own here")
def test_a_disk_is_small_and_a_folder_read_only_for_one_place_alone(tmp_path):
    (tmp_path / "run").mkdir()
    with room.Room(Place(tmp_path, "replay")) as there:
        there.do("mount -t tmpfs -o size=64k none run")
        assert not there.do("head -c 200000 /dev/zero > run/x", check=False)
        there.do("mount -o remount,size=1m run && head -c 200000 /dev/zero > run/x")
        assert (there.place.run / "x").stat().st_size == 200000
        assert not (tmp_path / "run" / "x").exists()
        there.do("mount --bind run run && mount -o remount,bind,ro run")
        assert not there.do("touch run/y", check=False)
        there.do("mount -o remount,bind,rw run && touch run/y")

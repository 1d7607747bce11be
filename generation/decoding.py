"""Safe decoding: pictures from outside in, pictures in bytes of our own out.

    >>> decoded([jpeg_with_a_zip_behind_it, not_a_picture])
    [b"\\xff\\xd8\\xff…", Failure(kind="image", message="it is no PNG, JPEG or WebP file", …)]

Each picture is decoded and written anew by one of a few processes (`decoding_worker`), so that no
metadata, no second frame and nothing appended survives, and a picture that breaks a decoder costs
itself and one process. The processes last from call to call, see no environment variable, and each
picture has a limit of pixels, memory, CPU time and wall-clock time. macOS does not enforce the
limit of memory: there the others stand alone.

The same picture gives the same bytes with the same Pillow. What is transparent is laid on white,
unlike in the image store, which shows what a benchmark's other readers see.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from typing import IO, Final

from blindspot.core.images import MAX_PIXELS
from blindspot.core.records import Failure
from generation import decoding_worker as worker

MAX_MEMORY: Final = 2**31
"""Bytes of address space of one process: a picture of MAX_PIXELS takes half of that."""
MAX_BYTES: Final = 4 * MAX_PIXELS
"""Of an encoded picture, in or out."""
CPU_SECONDS: Final = 30
"""Of one picture; one of MAX_PIXELS takes about ten."""
WALL_SECONDS: Final = 120.0
"""Of one picture; well above the CPU time, so that a busy machine loses no picture."""


@dataclass(frozen=True)
class Caps:
    """What one picture may take."""

    pixels: int = MAX_PIXELS
    memory: int = MAX_MEMORY
    cpu_seconds: int = CPU_SECONDS
    wall_seconds: float = WALL_SECONDS


def decoded(datas: Sequence[bytes]) -> list[bytes | Failure]:
    """Each picture in clean PNG or JPEG bytes, or a Failure of kind `image` with the cause, in
    order. Safe from several threads.
    """
    return _DECODERS.decoded(datas)


def cleaned(found: Sequence[bytes | Failure]) -> list[bytes | Failure]:
    """The same of pictures some of which could not be had: these stay the failures they are."""
    clean = iter(decoded([data for data in found if isinstance(data, bytes)]))
    return [next(clean) if isinstance(data, bytes) else data for data in found]


class Decoders:
    """A few processes that decode, started when there is work and kept until `close`."""

    def __init__(self, caps: Caps | None = None, processes: int | None = None) -> None:
        self._caps = caps or Caps()
        self._processes = processes or min(4, os.cpu_count() or 1)
        self.forget()

    def decoded(self, datas: Sequence[bytes]) -> list[bytes | Failure]:
        """See `decoded`."""
        threads = min(self._processes, len(datas))
        if threads <= 1:
            return [self._one(data) for data in datas]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(self._one, datas))

    def close(self) -> None:
        """End the processes; further pictures start new ones. Waits for those at work."""
        held = [self._idle.get() for _ in range(self._processes)]
        for decoder in held:
            decoder.stop()
            self._idle.put(decoder)

    def forget(self) -> None:
        """Leave the processes to another, as a fork must: both would read one another's answers."""
        self._idle: LifoQueue[_Decoder] = LifoQueue()
        for _ in range(self._processes):
            self._idle.put(_Decoder(self._caps))

    def _one(self, data: bytes) -> bytes | Failure:
        if not data or len(data) > MAX_BYTES:
            return _refused(f"it has {len(data):,} bytes, and 1 to {MAX_BYTES:,} are taken")
        decoder = self._idle.get()
        try:
            return decoder.decoded(data)
        finally:
            self._idle.put(decoder)


class _Decoder:
    """One process, replaced when it dies."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._process: subprocess.Popen[bytes] | None = None

    def decoded(self, data: bytes) -> bytes | Failure:
        process = self._started()
        late = threading.Event()
        timer = threading.Timer(self._caps.wall_seconds, _end, (process, late))
        timer.start()
        try:
            answer = _asked(process, data)
        except BaseException:  # Ctrl-C included: half an answer may stand in the pipe
            self.stop()
            raise
        finally:
            timer.cancel()
            timer.join()
        if answer is None or late.is_set():
            self.stop()
        return answer if answer is not None else self._died(process, late.is_set())

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError):  # what was not written yet has no reader any more
                process.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.stop()
        if self._process is None:
            caps = self._caps
            limits = (str(n) for n in (caps.memory, caps.pixels, caps.cpu_seconds))
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(worker.__file__)), *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        return self._process

    def _died(self, process: subprocess.Popen[bytes], late: bool) -> Failure:
        if late:
            return _refused(f"decoding it takes more than {self._caps.wall_seconds:g} s")
        if process.returncode == -signal.SIGXCPU:
            return _refused(f"decoding it takes more than {self._caps.cpu_seconds} s of CPU time")
        return _refused(f"it ended its decoder ({process.returncode})")


def _asked(process: subprocess.Popen[bytes], data: bytes) -> bytes | Failure | None:
    """What the process answers; None where it died, or what it said is no answer."""
    source, sink = process.stdout, process.stdin
    assert source is not None
    assert sink is not None
    try:
        sink.write(worker.LENGTH.pack(len(data)) + data)
        sink.flush()
        return _answer(source)
    except OSError:
        return None


def _answer(source: IO[bytes]) -> bytes | Failure | None:
    head = source.read(1 + worker.LENGTH.size)
    if len(head) != 1 + worker.LENGTH.size:
        return None
    length = worker.LENGTH.unpack(head[1:])[0]
    if length > MAX_BYTES:
        return None
    body = source.read(length)
    if len(body) != length:
        return None
    is_picture = head[:1] == worker.PICTURE
    return body if is_picture else _refused(body.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _refused(why: str) -> Failure:
    return Failure(kind="image", message=f"the picture was refused: {why}", retryable=False)


_DECODERS: Final = Decoders()
atexit.register(_DECODERS.close)
os.register_at_fork(after_in_child=_DECODERS.forget)

"""Records on disk that are read like a list: of each, memory holds where it ends.

    samples = Spool(Sample)
    samples.append(sample)
    samples[0]                  read and validated anew, each time

A long run makes one record after another and looks at each a few times. The file lies among the
system's temporary ones (TMPDIR says where) and has no name: however the process ends, nothing is
left of it.
"""

import os
import tempfile
import weakref
from abc import abstractmethod
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar, overload

from pydantic import TypeAdapter

from blindspot.core.artifact import disk_error

T = TypeVar("T")


class Heap:
    """Bytes by number. Raises StageError where the disk of temporary files is full or cannot be
    written.
    """

    def __init__(self) -> None:
        self._file = _opened()
        weakref.finalize(self, _close, self._file)
        self._ends = array("Q", [0])
        self._unwritten = False

    def __len__(self) -> int:
        return len(self._ends) - 1

    def put(self, data: bytes) -> int:
        """Keep them; their number, from 0."""
        with writing():
            self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))
        self._unwritten = True
        return len(self) - 1

    def get(self, number: int) -> bytes:
        """What was kept."""
        if self._unwritten:
            with writing():
                self._file.flush()
            self._unwritten = False
        begin, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - begin, begin)


class Lazy(Sequence[T]):
    """A sequence whose items are made when they are looked at, each time."""

    @abstractmethod
    def made(self, number: int) -> T:
        """The item of a number, from 0."""

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        numbers = range(len(self))[at]
        return self.made(numbers) if isinstance(numbers, int) else [self.made(i) for i in numbers]

    def __iter__(self) -> Iterator[T]:
        return map(self.made, range(len(self)))


class Spool(Lazy[T]):
    """Records of one kind, anything that pydantic can validate. Raises as `Heap` does."""

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._heap = Heap()

    def append(self, record: T) -> None:
        """Keep one more."""
        self._heap.put(self._adapter.dump_json(record))

    def __len__(self) -> int:
        return len(self._heap)

    def made(self, number: int) -> T:
        """The record, read and validated."""
        return self._adapter.validate_json(self._heap.get(number))


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file without a name, which goes in the end."""
    file = _opened()
    try:
        yield file
    finally:
        _close(file)


@contextmanager
def writing() -> Iterator[None]:
    """Raises StageError as `disk_error` has it, naming where temporary files lie."""
    try:
        yield
    except OSError as error:
        folder = tempfile.tempdir or os.environ.get("TMPDIR", "/tmp")
        raise disk_error(Path(str(folder)), error) from error


def _opened() -> IO[bytes]:
    with writing():
        return tempfile.TemporaryFile()


def _close(file: IO[bytes]) -> None:
    """What could not be written, nobody reads any more."""
    with suppress(OSError):
        file.close()

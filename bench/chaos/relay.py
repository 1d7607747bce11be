"""A relay between a command and the stub server, which can be out or slow as a real endpoint is.

with Relay(server.port) as relay:
    relay.url                       what the command is given
    relay.out()                     every connection is cut, new ones too
    relay.slow(3.0)                 every answer comes that much later
    relay.well()                    as if it were not there
"""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final

_PART: Final = 1 << 16


class Relay:
    """Runs in a thread of this process."""

    def __init__(self, port: int) -> None:
        self._to, self._delay, self._is_out = port, 0.0, False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def well(self) -> None:
        self._is_out, self._delay = False, 0.0

    def slow(self, seconds: float) -> None:
        """Hold every answer back."""
        self._delay = seconds

    def out(self) -> None:
        """Cut what is open and whatever comes."""
        self._is_out = True
        self._loop.call_soon_threadsafe(self._cut)

    def __enter__(self) -> "Relay":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_out:
            writer.transport.abort()
            return
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, there}
        try:
            await asyncio.gather(
                self._pass(reader, there, is_answer=False),
                self._pass(there_reader, writer, is_answer=True),
            )
        finally:
            self._open -= {writer, there}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_PART):
                if is_answer and self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.close()

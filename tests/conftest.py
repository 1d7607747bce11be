"""What tests of several folders share: how examples are drawn, an internet of one server, and a
diagnosis for generation to read.

Property tests check what holds, never how fast a machine draws examples.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import HealthCheck, settings

from blindspot.core.records import CellShare

settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")

Answer = Callable[[BaseHTTPRequestHandler], None]


class Network(httpcore.AsyncNetworkBackend):
    """Every address leads to the one server; TLS is noted and left out."""

    def __init__(self, port: int) -> None:
        self.dialled: list[tuple[str, int]] = []
        self.certificates: list[str] = []
        self._port = port
        self._network: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        stream = await self._network.connect_tcp("127.0.0.1", self._port, timeout)
        return _Stream(self, stream)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, network: Network, stream: httpcore.AsyncNetworkStream) -> None:
        self._of, self._stream = network, stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.check_hostname
        self._of.certificates.append(server_hostname or "")
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has heard enough hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, answer: Answer, *rest: Any) -> None:
        self.answer = answer
        super().__init__(*rest)

    def do_GET(self) -> None:
        self.answer(self)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def network() -> Iterator[Callable[[Answer], Network]]:
    """An internet all of whose requests are answered by this, until the test ends."""
    servers: list[tuple[_Server, threading.Thread]] = []

    def serving(answer: Answer) -> Network:
        server = _Server(("127.0.0.1", 0), partial(_Handler, answer))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return Network(server.server_address[1])

    yield serving
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def diagnosed(tmp_path: Path) -> Callable[[Sequence[CellShare]], Path]:
    """Publishes a diagnosis that says nothing but which mixture is wanted; its folder."""
    from bench.generating.runs import written

    return lambda mixture: written(tmp_path, mixture) / "diagnosis"


@pytest.fixture(scope="module")
def ray_address() -> Iterator[str]:
    """Of a Ray cluster of two nodes with one processor each, on this machine."""
    pytest.importorskip("ray", reason="ray is not installed: pip install 'blindspot-lmm[ray]'")
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    cluster.add_node(**node)
    yield str(cluster.address)
    cluster.shutdown()

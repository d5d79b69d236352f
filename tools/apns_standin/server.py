"""Start and stop the stand-in: as a programme, or inside a test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tools import testpki
from tools.apns_standin.control import ControlServer
from tools.apns_standin.push_server import PushConnection, server_context
from tools.apns_standin.state import ApnsState

LOOPBACK: Final = "127.0.0.1"


@asynccontextmanager
async def running(port: int, control_port: int, state_dir: Path) -> AsyncIterator[tuple[int, int]]:
    """Serve on loopback until the block ends. Port 0 takes a free one; yields the real ports."""
    paths = testpki.ensure(state_dir)
    state = ApnsState(state_dir)
    connections: set[PushConnection] = set()
    control = ControlServer(state, connections)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(control.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async with AsyncExitStack() as stack:
        loop = asyncio.get_running_loop()
        push_server = await loop.create_server(
            lambda: PushConnection(state, connections),
            LOOPBACK,
            port,
            ssl=server_context(paths),
            backlog=512,
        )
        stack.callback(push_server.close)
        control_server = await asyncio.start_server(accept, LOOPBACK, control_port, backlog=4096)
        stack.callback(control_server.close)
        try:
            yield (
                push_server.sockets[0].getsockname()[1],
                control_server.sockets[0].getsockname()[1],
            )
        finally:
            # Phones wait in long polls; they are let go instead of holding the stop back.
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in tuple(connections):
                connection.drop()


class ApnsStandin:
    """The stand-in in a thread of this process, for tests: `with ApnsStandin(state_dir) as apns`.

    `url` is what the sender is configured with, `control_url` what the phone is.
    """

    def __init__(self, state_dir: Path, port: int = 0, control_port: int = 0) -> None:
        self._state_dir = state_dir
        self._wanted = (port, control_port)
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="apns-standin", daemon=True)
        self.url = ""
        self.control_url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with running(*self._wanted, self._state_dir) as (port, control_port):
            self.url = f"https://{LOOPBACK}:{port}"
            self.control_url = f"http://{LOOPBACK}:{control_port}"
            self._ready.set()
            await self._stop.wait()

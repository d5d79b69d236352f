"""MiniStack with what a test needs of it, on a free loopback port, beside whatever stack runs."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tools.environments import ensure

START_S_MAX = 60


@contextmanager
def running(services: str = "dynamodb") -> Iterator[str]:
    """Start it with these services, give its address, stop it at the end.

    RuntimeError where it doesn't come up.
    """
    python = ensure("ministack") / "bin" / "python"
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="tessera-ministack-") as scratch:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": scratch,
                "TMPDIR": scratch,
                "GATEWAY_PORT": str(port),
                "BIND_HOST": "127.0.0.1",
                "SERVICES": services,
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "PERSIST_STATE": "0",
                "LOG_LEVEL": "ERROR",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline_s = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline_s and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/_ministack/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("MiniStack did not come up: python tools/environments.py ministack")

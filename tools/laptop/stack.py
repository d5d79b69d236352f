"""One laptop stack, from start to stop."""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from tools import testpki
from tools.laptop import cloud, daemons, keys, secrets
from tools.laptop.places import ROOT, LaptopError, Places

STANDINS: Final = ("apns", "google", "phone", "oidc")


class Stack:
    """The deployed template on MiniStack with its stand-ins, at the ports and state of `places`.

    As a context manager it is up inside the block and stopped in order at its end:

        with Stack(Places(port_base=4700, state_dir=directory)) as stack:
            stack.api_url, stack.admin_key
    """

    def __init__(self, places: Places, *, quiet: bool = False) -> None:
        self.places = places
        self._quiet = quiet

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def api_url(self) -> str:
        """The API as browsers see it. Python connects to 127.0.0.1 and sends the host name."""
        return self.places.api_url

    @property
    def admin_key(self) -> str:
        """An API key with every scope."""
        return keys.read(self.places)

    def up(self) -> None:
        """Start what is not running and deploy what has changed. Raises `LaptopError`."""
        with self._alone():
            self._up()

    def _up(self) -> None:
        if not cloud.has_tools():
            raise LaptopError("SAM and MiniStack are not installed. Run: make setup")
        self.places.logs_dir.mkdir(parents=True, exist_ok=True)
        with self._step("test certificates and service account"):
            testpki.ensure(self.places.state_dir)
        with self._step("MiniStack"):
            if daemons.pid_of("ministack", self.places) is None:
                cloud.rewind_stream_readers(self.places)
                daemons.start(
                    cloud.daemon(self.places), self.places, lambda: cloud.is_ready(self.places)
                )
        self._start_standins()
        mark = cloud.fingerprint(self.places)
        if cloud.deployed_fingerprint(self.places) != mark:
            with self._step("sam build"):
                cloud.build_here(self.places, mark)
            with self._step("sam deploy"):
                cloud.deploy(self.places, mark)
        with self._step("secrets and the first API key"):
            secrets.fill(self.places)
            keys.ensure(self.places)

    def _start_standins(self) -> None:
        for name, module, ports, extra in (
            (
                "apns",
                "tools.apns_standin",
                [self.places.apns_port, self.places.apns_control_port],
                ["--control-port", str(self.places.apns_control_port)],
            ),
            ("google", "tools.google_standin", [self.places.google_port], []),
            ("phone", "tools.phone", [self.places.phone_port], []),
            ("oidc", "tools.oidc_standin", [self.places.oidc_port], []),
        ):
            verb = ["serve"] if name in {"phone", "oidc"} else []
            with self._step(f"stand-in {name}"):
                daemons.start(
                    daemons.Daemon(
                        name=name,
                        command=[
                            sys.executable, "-m", module, *verb,
                            "--port", str(ports[0]), *extra,
                            "--state-dir", str(self.places.state_dir),
                        ],
                        ports=ports,
                    ),
                    self.places,
                )  # fmt: skip

    def load_demo(self) -> None:
        """Load the demo programme and members, once; loading again adds nothing."""
        if importlib.util.find_spec("tools.demo") is None:
            return
        with self._step("demo programme"):
            done = subprocess.run(
                [sys.executable, "-m", "tools.demo", "load"], cwd=ROOT, check=False
            )
        if done.returncode != 0:
            raise LaptopError("the demo could not be loaded. Its reason is above; then: make run")

    def stop(self) -> bool:
        """Stop in order, so that the state is kept. False when something had to be killed."""
        with self._alone():
            return daemons.stop([*STANDINS, "ministack"], self.places)

    def reset(self) -> None:
        """Stop and forget everything: members, ledger, cards, keys and certificates."""
        self.stop()
        for entry in self.places.state_dir.glob("*"):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK_NAME:
                entry.unlink()

    def status(self) -> dict[str, str]:
        """What runs, by name: its process id, or `stopped`."""
        found = {name: daemons.pid_of(name, self.places) for name in ("ministack", *STANDINS)}
        return {name: "stopped" if pid is None else f"process {pid}" for name, pid in found.items()}

    def is_up(self) -> bool:
        """Whether everything runs."""
        return "stopped" not in self.status().values()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands on one state directory wait for each other."""
        self.places.state_dir.mkdir(parents=True, exist_ok=True)
        with (self.places.state_dir / LOCK_NAME).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        """Say what is done and the seconds it took."""
        started = time.monotonic()
        yield
        if not self._quiet:
            print(f"  {what:<40} {time.monotonic() - started:5.1f} s", flush=True)


LOCK_NAME: Final = "lock"

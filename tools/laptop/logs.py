"""One readable stream of everything the stack says: functions, stand-ins, MiniStack's warnings."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from botocore.exceptions import BotoCoreError, ClientError

from tools.laptop.cloud import client
from tools.laptop.daemons import log_of
from tools.laptop.places import STACK_NAME, Places

FILES: Final = ("apns", "google", "phone")
POLL_S_MIN: Final = 0.5
# Asking costs MiniStack time that grows with its logs: it may spend a tenth of its time on it.
POLL_SHARE: Final = 10
# What Lambda prints around each invocation, and what a record says of its own function.
LIFE_CYCLE: Final = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START")
DULL_FIELDS: Final = frozenset(
    {
        "level", "location", "message", "timestamp", "service", "cold_start", "sampling_rate",
        "function_name", "function_memory_size", "function_arn", "function_request_id",
        "correlation_id", "xray_trace_id", "exception_name", "stack_trace",
    }
)  # fmt: skip
COLOURS: Final = (36, 35, 34, 33, 32, 96, 95, 94, 93, 92)


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One record: when (milliseconds since 1970), who, how serious, what."""

    at_ms: int
    source: str = field(compare=False)
    level: str = field(compare=False)
    text: str = field(compare=False)


def parse(source: str, at_ms: int, message: str) -> Line | None:
    """A record of a function made readable, or None when it says nothing to a reader."""
    message = message.rstrip()
    if not message or message.startswith(LIFE_CYCLE):
        return None
    try:
        record = json.loads(message)
    except ValueError:
        return Line(at_ms, source, "", message)
    if not isinstance(record, dict):
        return Line(at_ms, source, "", message)
    if "_aws" in record:
        return Line(at_ms, source, "METRIC", _metrics(record))
    level = str(record.get("level", ""))
    text = str(record.get("message", ""))
    details = " ".join(
        f"{name}={_short(value)}" for name, value in record.items() if name not in DULL_FIELDS
    )
    trace = record.get("exception")
    lines = [f"{text} {details}".strip()]
    if trace:
        lines.append(str(trace))
    return Line(at_ms, source, level, "\n".join(lines))


def _metrics(record: Mapping[str, Any]) -> str:
    names = [
        metric["Name"]
        for directive in record["_aws"].get("CloudWatchMetrics", [])
        for metric in directive.get("Metrics", [])
    ]
    return " ".join(f"{name}={_short(record.get(name))}" for name in names)


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"


def render(line: Line, *, colour: bool) -> str:
    """The record as printed: time of day, source, level, text."""
    at = datetime.fromtimestamp(line.at_ms / 1000, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    head = f"{line.source:<28}"
    level = f"{line.level:<7} " if line.level else ""
    text = line.text.replace("\n", "\n" + " " * 13)
    if not colour:
        return f"{at} {head} {level}{text}"
    tint = COLOURS[sum(line.source.encode()) % len(COLOURS)]
    if line.level in {"ERROR", "CRITICAL"}:
        level = f"\033[31m{level}\033[0m"
    elif line.level == "WARNING":
        level = f"\033[33m{level}\033[0m"
    return f"\033[2m{at}\033[0m \033[{tint}m{head}\033[0m {level}{text}"


class Follower:
    """Reads what is new since the last reading, from the log groups and the programs' files."""

    def __init__(self, places: Places, since_ms: int) -> None:
        self._places = places
        self._logs = client(places, "logs")
        self._since_ms = since_ms
        self._seen: set[tuple[str, ...]] = set()
        self._offsets: dict[Path, int] = {}
        for path in self._paths():
            self._offsets[path] = path.stat().st_size if path.exists() else 0

    def _paths(self) -> list[Path]:
        return [log_of(name, self._places) for name in (*FILES, "ministack")]

    def poll(self) -> list[Line]:
        """The records that are new, in order of time."""
        lines = [*self._from_functions(), *self._from_files()]
        return sorted(lines)

    def _from_functions(self) -> Iterator[Line]:
        # Events of one millisecond may arrive after a reading, so each reading overlaps the last.
        start_ms = max(self._since_ms, int(time.time() * 1000) - 10_000)
        recent: set[tuple[str, ...]] = set()
        try:
            groups = self._logs.describe_log_groups(logGroupNamePrefix=f"/{STACK_NAME}/")
            for group in groups["logGroups"]:
                name = group["logGroupName"]
                events = self._logs.filter_log_events(logGroupName=name, startTime=start_ms)
                for event in events["events"]:
                    # MiniStack gives events no id; it gives every invocation a stream of its own.
                    identity = (name, event["logStreamName"], event["message"])
                    recent.add(identity)
                    if identity in self._seen:
                        continue
                    line = parse(name.rsplit("/", 1)[-1], event["timestamp"], event["message"])
                    if line is not None:
                        yield line
        except (ClientError, BotoCoreError):
            # MiniStack is starting or stopping; whoever follows is told so by its own log.
            return
        self._seen = recent

    def _from_files(self) -> Iterator[Line]:
        now_ms = int(time.time() * 1000)
        for path in self._paths():
            if not path.exists():
                continue
            offset = self._offsets.get(path, 0)
            with path.open("rb") as file:
                file.seek(offset if offset <= path.stat().st_size else 0)
                content = file.read()
                # A half-written line waits for its other half.
                complete = content[: content.rfind(b"\n") + 1]
                self._offsets[path] = file.tell() - len(content) + len(complete)
            for text in complete.decode("utf-8", "replace").splitlines():
                if path.stem == "ministack" and not _matters(text):
                    continue
                if text.strip():
                    yield Line(now_ms, path.stem, "", text.rstrip())


def _matters(text: str) -> bool:
    # MiniStack tells each call; what a reader needs of it is what went wrong.
    return (" WARNING [" in text or " ERROR [" in text) and "samtranslator" not in text


def follow(places: Places, output: TextIO = sys.stdout, since_ms: int | None = None) -> None:
    """Print the stream until interrupted (KeyboardInterrupt passes through)."""
    follower = Follower(places, int(time.time() * 1000) if since_ms is None else since_ms)
    colour = output.isatty()
    while True:
        started = time.monotonic()
        output.writelines(render(line, colour=colour) + "\n" for line in follower.poll())
        output.flush()
        spent_s = time.monotonic() - started
        time.sleep(max(POLL_S_MIN, spent_s * POLL_SHARE))

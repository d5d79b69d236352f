"""Dated reports of the long proofs, kept under docs/reports."""

from __future__ import annotations

import datetime as dt
import os
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "docs" / "reports"


def machine() -> str:
    """What the figures were taken on, and whether others were using it."""
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = ", BUSY: others were using this machine" if load > cores + 0.5 else ""
    return (
        f"{platform.machine()}, {cpu}, {cores} cores, load {load:.1f}{busy}; "
        f"Python {platform.python_version()}"
    )


def keep(name: str, title: str, text: str) -> Path:
    """Keep a report as `docs/reports/<date>-<name>.md`, in the place of an earlier one of today."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    path = REPORTS / f"{today}-{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {title}, {today}\n\n{text.rstrip()}\n", encoding="utf-8")
    print(f"kept in {path.relative_to(ROOT)}")
    return path

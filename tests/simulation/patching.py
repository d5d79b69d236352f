"""Production modules imported with a patch in their source, for the bugs that the gate seeds."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2] / "layers" / "tessera" / "python"


@dataclass(frozen=True, slots=True)
class Patch:
    """One replacement in one module; `old` occurs there exactly once."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """A slip, and the profile in which it shows."""

    name: str
    profile: str
    patches: tuple[Patch, ...]


def bug(name: str, profile: str, *patches: tuple[str, str, str]) -> Bug:
    """A bug of so many patches, each a module under `tessera`, its text and what it becomes."""
    return Bug(name, profile, tuple(Patch(f"tessera.{at}", old, new) for at, old, new in patches))


class _Finder(importlib.abc.MetaPathFinder):
    """Gives the patched source of some modules, and leaves the others alone."""

    def __init__(self, patched: dict[str, str]) -> None:
        self.patched = patched

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.patched:
            return None
        loader = _Loader(fullname, str(_file(fullname)), self.patched[fullname])
        return importlib.machinery.ModuleSpec(fullname, loader, origin=str(_file(fullname)))


class _Loader(importlib.abc.InspectLoader):
    """Runs a source text as a module."""

    def __init__(self, name: str, origin: str, source: str) -> None:
        self.name, self.origin, self.source = name, origin, source

    def get_source(self, fullname: str) -> str:
        return self.source


def _file(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def patched_sources(bug: Bug) -> dict[str, str]:
    """The patched source of each module that a bug touches.

    Raises ValueError where a patch doesn't fit its source exactly once.
    """
    sources: dict[str, str] = {}
    for patch in bug.patches:
        source = sources.get(patch.module) or _file(patch.module).read_text(encoding="utf-8")
        if source.count(patch.old) != 1:
            raise ValueError(f"{bug.name}: {patch.module} holds the text {source.count(patch.old)}"
                             f" times: {patch.old!r}")  # fmt: skip
        sources[patch.module] = source.replace(patch.old, patch.new)
    return sources


def install(bug: Bug) -> None:
    """Let the bug's modules be imported with it; they must not have been imported before."""
    patched = patched_sources(bug)
    early = patched.keys() & sys.modules.keys()
    if early:
        raise RuntimeError(f"imported before its bug was installed: {', '.join(early)}")
    sys.meta_path.insert(0, _Finder(patched))

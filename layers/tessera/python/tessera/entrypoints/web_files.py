"""The files of the web faces, as they are served: addresses, policies, compression.

A face is a folder of `static/` with an `index.html`; `ui/` and `vendor/` serve all faces. Every
file but the page itself has an address that holds a hash of all of them, so it may be kept for
ever, and modules import each other by relative addresses.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
_INCOMPRESSIBLE = {".png"}
_SHARED = ("ui", "vendor")
_AT_FIXED_ADDRESSES = ("sw.js", "manifest.webmanifest")
"""Files whose address browsers remember: a new release must be found at the old one."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SCANNER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""For the one worker that compiles WebAssembly; the page itself may not."""

_SCANNER = "scan-worker.js"


@dataclass(frozen=True, slots=True)
class File:
    """One file with what it is sent with. `compressed` maps an encoding to the bytes in it."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]
    compressed: Mapping[str, bytes]


class Site:
    """Everything under `root`, read on first use and kept: it can't change in a deployment."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._compressed: dict[str, bytes] = {}

    @cached_property
    def _names(self) -> dict[str, Path]:
        return {
            path.relative_to(self._root).as_posix(): path
            for path in sorted(self._root.rglob("*"))
            if path.is_file() and path.suffix in _TYPES
        }

    @cached_property
    def release(self) -> str:
        """A hash of all files: the same files have the same addresses."""
        digest = hashlib.sha256()
        for name, path in self._names.items():
            digest.update(f"{name}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]

    @property
    def faces(self) -> list[str]:
        """The faces, by name."""
        return [name.split("/")[0] for name in self._names if name.endswith("/index.html")]

    def page(self, face: str) -> File | None:
        """A face's page; None where there is no such face."""
        text = self._filled(f"{face}/index.html")
        if text is None:
            return None
        return File(text, _TYPES[".html"], {"Content-Security-Policy": PAGE_POLICY}, _gzip(text))

    def fixed(self, face: str, name: str) -> File | None:
        """A file of a face that has no hash in its address."""
        text = self._filled(f"{face}/{name}") if name in _AT_FIXED_ADDRESSES else None
        if text is None:
            return None
        headers = {"Content-Security-Policy": PAGE_POLICY}
        if name == "sw.js":
            text = f"const RELEASE = {json.dumps(self._release_of(face))};\n".encode() + text
            headers["Service-Worker-Allowed"] = f"/{face}"
        return File(text, _TYPES[Path(name).suffix], headers, _gzip(text))

    def asset(self, release: str, name: str) -> File | None:
        """A file by the address that holds the release's hash."""
        path = self._names.get(name)
        if path is None or release != self.release:
            return None
        body = path.read_bytes()
        policy = SCANNER_POLICY if path.name == _SCANNER else PAGE_POLICY
        compressed: dict[str, bytes] = {}
        if path.suffix not in _INCOMPRESSIBLE:
            ready = path.with_name(f"{path.name}.br")
            if ready.is_file():
                compressed["br"] = ready.read_bytes()
            else:
                compressed["gzip"] = self._gzipped(name, body)
        return File(body, _TYPES[path.suffix], {"Content-Security-Policy": policy}, compressed)

    def _gzipped(self, name: str, body: bytes) -> bytes:
        if name not in self._compressed:
            self._compressed[name] = gzip.compress(body, 9, mtime=0)
        return self._compressed[name]

    def _filled(self, name: str) -> bytes | None:
        path = self._names.get(name)
        if path is None:
            return None
        assets = f"/assets/{self.release}"
        return path.read_bytes().replace(b"{{assets}}", assets.encode())

    def _release_of(self, face: str) -> dict[str, object]:
        """What a service worker keeps for a face to start without network."""
        folders = (face, *_SHARED)
        return {
            "release": self.release,
            "page": f"/{face}",
            "files": [
                f"/assets/{self.release}/{name}"
                for name in self._names
                if name.split("/")[0] in folders
                and not name.endswith((".html", ".txt", *_AT_FIXED_ADDRESSES))
            ],
        }


def _gzip(body: bytes) -> Mapping[str, bytes]:
    return {"gzip": gzip.compress(body, 9, mtime=0)}

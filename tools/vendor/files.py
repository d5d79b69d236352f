"""The vendored files: where they come from, where they go, and the hashes that they must have.

npm checks each package against the lockfile; the hashes under requirements/web check each file
that is shipped, so that what was reviewed is what runs. Nothing of npm's is run at installation.
Text and WebAssembly are compressed once here with brotli, which Python's library lacks.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements" / "web"
HASHES: Final = LOCK / "hashes.json"
HOME: Final = ROOT / ".tools" / "web"
TARGET: Final = ROOT / "functions" / "web" / "static" / "vendor"

# Where a file is shipped: where npm puts it.
FILES: Final[Mapping[str, str]] = {
    "preact.js": "htm/preact/standalone.module.js",
    "pico.css": "@picocss/pico/css/pico.min.css",
    "uqr.js": "uqr/dist/index.mjs",
    "zxing/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
    "zxing/share.js": "zxing-wasm/dist/es/share.js",
    "zxing/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "licences/htm.txt": "htm/LICENSE",
    "licences/pico.txt": "@picocss/pico/LICENSE.md",
    "licences/uqr.txt": "uqr/LICENSE",
    "licences/zxing-wasm.txt": "zxing-wasm/LICENSE",
}
COMPRESSED: Final = (".js", ".css", ".wasm")
_BROTLI: Final = """
const {readFileSync, writeFileSync} = require('fs'), zlib = require('zlib');
for (const path of process.argv.slice(1)) {
  const text = readFileSync(path), size = {[zlib.constants.BROTLI_PARAM_SIZE_HINT]: text.length};
  writeFileSync(path + '.br', zlib.brotliCompressSync(text, {params: size}));
}
"""


class VendorError(RuntimeError):
    """A file is missing or is not the reviewed one; the message ends with the remedy."""


def packages() -> Path:
    """The folder of the installed packages, those of browser tests included.

    Installs what the lockfile names unless it is there. Raises `VendorError` without npm.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = (LOCK / "package-lock.json").read_text(encoding="utf-8")
    with (HOME / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = HOME / ".installed"
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
            _install()
            stamp.write_text(wanted, encoding="utf-8")
    return HOME / "node_modules"


def ensure() -> Path:
    """Put every vendored file in its place unless it is there, and give their folder.

    Raises `VendorError` for a file that differs from the one whose hash was committed.
    """
    if not _is_complete():
        source = packages()
        with (HOME / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_complete():
                _copy(source)
    return TARGET


def pin() -> None:
    """Write down the hashes of what the lockfile gives now; the change is for reviewers."""
    source = packages()
    found = {name: _hash(source / origin) for name, origin in FILES.items()}
    HASHES.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _is_complete() -> bool:
    hashes = _hashes()
    present = {
        str(path.relative_to(TARGET))
        for path in TARGET.rglob("*")
        if path.is_file() and path.suffix != ".br"
    }
    return present == set(FILES) and all(
        _hash(TARGET / name) == hashes.get(name)
        and (not name.endswith(COMPRESSED) or (TARGET / f"{name}.br").is_file())
        for name in FILES
    )


def _copy(source: Path) -> None:
    hashes = _hashes()
    shutil.rmtree(TARGET, ignore_errors=True)
    for name, origin in FILES.items():
        if _hash(source / origin) != hashes.get(name):
            raise VendorError(
                f"{origin} is not the file that was reviewed. If the change is meant: "
                "make vendor PIN=1, and commit requirements/web/hashes.json"
            )
        (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / origin, TARGET / name)
    compressed = [str(TARGET / name) for name in FILES if name.endswith(COMPRESSED)]
    subprocess.run(["node", "-e", _BROTLI, *compressed], check=True)


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("The web faces need npm to fetch their files: apt-get install npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCK / name, HOME / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=HOME, check=False, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        raise VendorError("npm could not install. Check that its registry is reachable: npm ping")


def _hashes() -> dict[str, str]:
    if not HASHES.is_file():
        return {}
    found: dict[str, str] = json.loads(HASHES.read_text(encoding="utf-8"))
    return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

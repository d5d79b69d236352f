"""Checks the types of the pages: `make types` runs it after mypy.

The pages are plain modules with types in their comments. TypeScript reads them in a copy under
`build/`, where what npm gave us stands beside declarations instead of minified files.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.vendor.files import VendorError, packages

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = ROOT / "functions" / "web" / "static"
HERE: Final = Path(__file__).resolve().parent
COPY: Final = ROOT / "build" / "page_types"

DECLARED: Final = {
    "vendor/preact.d.ts": (HERE / "preact.d.ts").read_text(encoding="utf-8"),
    "vendor/uqr.d.ts": "export * from 'uqr';\n",
    "vendor/zxing/reader/index.d.ts": "export * from 'zxing-wasm/reader';\n",
}
"""Beside the pages, as they import it: their own words for it, or the package's."""


def main() -> int:
    """What TypeScript says: 0 where it finds nothing."""
    try:
        faults = faults_of(PAGES, COPY)
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    # The places are those of the pages, not of the copy.
    print(faults.replace("static/", f"{PAGES.relative_to(ROOT)}/"), end="")
    return 1 if faults else 0


def faults_of(pages: Path, copy: Path) -> str:
    """What TypeScript finds in these pages, a line for each fault, by a copy in that folder."""
    modules = packages()
    shutil.rmtree(copy, ignore_errors=True)
    static = copy / "static"
    shutil.copytree(pages, static, ignore=shutil.ignore_patterns("vendor"))
    for name, text in DECLARED.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text, encoding="utf-8")
    for name in ("tsconfig.json", "globals.d.ts"):
        shutil.copyfile(HERE / name, copy / name)
    (copy / "node_modules").symlink_to(modules, target_is_directory=True)
    compiler = modules / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        ["node", str(compiler), "--project", "tsconfig.json", "--pretty", "false"],
        cwd=copy, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

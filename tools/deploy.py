"""Builds and deploys to AWS, with the credentials and region of the environment.

Run `make deploy STACK=tessera ARGUMENTS="Stage=production PublicUrl=https://..."`. Parameters that
are not given keep the value they were deployed with, or the template's default the first time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tools.build import CACHE, ROOT, SAM, BuildError, Target, build, release, sam_environment

DEFAULTS = {"PythonRuntime": "python3.13", "Architecture": "arm64"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return what `sam deploy` returned, or 1 when the build failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--stack", default="tessera")
    options = parser.parse_args(arguments)
    malformed = [text for text in options.parameters if "=" not in text]
    if malformed:
        parser.error(f"{malformed[0]!r} is not NAME=VALUE")
    parameters = DEFAULTS | dict(text.split("=", 1) for text in options.parameters)
    target = Target(parameters["PythonRuntime"], parameters["Architecture"])
    if shutil.which(target.runtime, path=sam_environment()["PATH"]) is None:
        print(f"SAM builds layers with {target.runtime}, which is not on the PATH. Install it.")
        return 1
    try:
        built = build(target, CACHE / "build", release(parameters))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return subprocess.run(
        [
            str(SAM), "deploy",
            "--config-file", str(ROOT / "samconfig.toml"),
            "--template-file", str(built),
            "--stack-name", options.stack,
            "--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items()),
        ],
        cwd=ROOT,
        env=sam_environment(),
        check=False,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

"""Builds what is deployed: `sam build`, then every module compiled for the runtime it will meet.

A function that starts without .pyc files takes twice as long to start, and Lambda cannot keep the
ones it makes. So everything is staged under the build directory, cleaned of what tests left
behind, compiled, and the built template points there. The laptop and the cloud both deploy the
result. Nothing is written into the source tree.

Run `python -m tools.build --runtime python3.13 --architecture arm64`, or `make build`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from samtranslator.yaml_helper import yaml_parse

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATE: Final = ROOT / "template.yaml"
SAM: Final = ROOT / ".tools" / "sam" / "bin" / "sam"
CACHE: Final = ROOT / ".aws-sam"

# botocore describes some 400 services in 25 MB of JSON; these are the ones that functions call.
# A client for another one fails at its first use, in every test that runs the deployed stack.
AWS_SERVICES: Final = frozenset(
    {"dynamodb", "events", "kms", "s3", "scheduler", "secretsmanager", "sesv2", "sqs", "sts"}
)
CODE_PROPERTIES: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}


class BuildError(RuntimeError):
    """The build failed; the message holds SAM's own words and the remedy."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the build is for: a Lambda runtime (`python3.13`) and a processor (`arm64`)."""

    runtime: str
    architecture: str

    @property
    def parameters(self) -> list[str]:
        """The template parameters that say the same."""
        return [f"PythonRuntime={self.runtime}", f"Architecture={self.architecture}"]


def build(target: Target, directory: Path) -> Path:
    """Build the template into `directory` and return the built template's path.

    Third-party layers are cached between builds in .aws-sam. Raises `BuildError` when SAM fails.
    """
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        # Stacks side by side share the cache, which SAM does not guard.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sam_build(target, directory)
    built = directory / "template.yaml"
    template = yaml_parse(built.read_text(encoding="utf-8"))
    _stage(template, directory)
    _prune(directory)
    _compile(directory, target)
    # JSON is YAML: written so, no intrinsic function can be misread on the way.
    built.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return built


def _sam_build(target: Target, directory: Path) -> None:
    command = [
        str(SAM), "build",
        "--template-file", str(TEMPLATE),
        "--build-dir", str(directory),
        "--cached", "--cache-dir", str(CACHE / "cache"),
        "--parallel",
        "--parameter-overrides", *target.parameters,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env=sam_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BuildError(
            f"sam build failed:\n{done.stderr.strip()}\n"
            f"Building for {target.runtime} needs that interpreter on the PATH. Build for another "
            "with the parameter PythonRuntime, or install it."
        )


def sam_environment() -> dict[str, str]:
    """The environment SAM runs in: its own Python first on the path, no telemetry."""
    path = os.pathsep.join((str(SAM.parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "SAM_CLI_TELEMETRY": "0"}


def _stage(template: dict[str, Any], directory: Path) -> None:
    """Copy what SAM passed through as it stands, and point the template at the copies."""
    for logical_id, resource in template["Resources"].items():
        code = CODE_PROPERTIES.get(resource["Type"])
        if code is None:
            continue
        source = (directory / resource["Properties"][code]).resolve()
        copy = directory / logical_id
        if source != copy.resolve():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        resource["Properties"][code] = logical_id


def _prune(directory: Path) -> None:
    for data in directory.glob("*/python/botocore/data"):
        for service in data.iterdir():
            if service.is_dir() and service.name not in AWS_SERVICES:
                shutil.rmtree(service)


def _compile(directory: Path, target: Target) -> None:
    python = shutil.which(target.runtime, path=sam_environment()["PATH"])
    if python is None:
        print(f"no {target.runtime} here: deploying without .pyc files, cold starts take longer")
        return
    # "Unchecked": archives do not keep the times by which Python would otherwise judge them stale.
    subprocess.run(
        [python, "-m", "compileall", "-q", "-j", "0",
         "--invalidation-mode", "unchecked-hash", str(directory)],
        check=False,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Build for the cloud; return 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime", default="python3.13")
    parser.add_argument("--architecture", default="arm64", choices=["arm64", "x86_64"])
    parser.add_argument("--directory", type=Path, default=CACHE / "build")
    options = parser.parse_args(arguments)
    try:
        built = build(Target(options.runtime, options.architecture), options.directory)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"built {built}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Builds what is deployed: `sam build`, then every module compiled for the runtime it will meet.

A function that starts without .pyc files takes twice as long to start, and Lambda cannot keep the
ones it makes. So everything is staged under the build directory, cleaned of what tests left
behind, compiled, and the built template points there. The laptop and the cloud both deploy the
result. Nothing is written into the source tree.

`make run` and `make deploy` build with it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from samtranslator.yaml_helper import yaml_parse

from tools.vendor import files as vendor

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATE: Final = ROOT / "template.yaml"
SAM: Final = ROOT / ".tools" / "sam" / "bin" / "sam"
CACHE: Final = ROOT / ".aws-sam"

# botocore describes some 400 services in 25 MB of JSON; these are the ones that functions call.
# A client for another one fails at its first use, in every test that runs the deployed stack.
AWS_SERVICES: Final = frozenset(
    {"dynamodb", "events", "kms", "s3", "scheduler", "secretsmanager", "sesv2", "sqs", "sts"}
)
# What a deployment is made of. Tests and documents are not part of it.
DEPLOYED: Final = ("template.yaml", "functions", "layers", "wallet_assets", "tools/build.py")
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


def release(parameters: Mapping[str, str]) -> str:
    """Names a deployment by a hash of all that it is made of: code, template, locks, parameters.

    Fetches the vendored files of the web faces where they are missing: they are part of it.
    """
    vendor.ensure()
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for name in DEPLOYED:
        for path in _files(ROOT / name):
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(
        file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    )


def build(target: Target, directory: Path, name: str) -> Path:
    """Build the template into `directory` and return the built template's path.

    `name` is the release's: it becomes the default of the parameter Release, where the SAM
    transform finds it in the cloud as on the laptop, which hands it no other parameter values.

    Third-party layers are built by `sam build` when a lock or the target changed, and kept in
    .aws-sam between builds and for other stacks; our own code is staged anew each time. Raises
    `BuildError` when SAM fails.
    """
    template: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    archives = _third_party(template, target)
    directory.mkdir(parents=True, exist_ok=True)
    for logical_id, resource, code in _code_of(template):
        if logical_id in archives:
            resource["Properties"][code] = str(archives[logical_id])
            continue
        source, copy = ROOT / resource["Properties"][code], directory / logical_id
        if not source.is_dir():
            raise BuildError(f"template.yaml names {source} for {logical_id}, which is not there")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(
            source,
            copy,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
        )
        _compile(copy, target)
        resource["Properties"][code] = str(copy)
    template["Parameters"]["Release"]["Default"] = name
    built = directory / "template.yaml"
    # JSON is YAML: written so, no intrinsic function can be misread on the way.
    built.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return built


def _third_party(template: dict[str, Any], target: Target) -> dict[str, Path]:
    """The archives of the layers that SAM builds, by logical id."""
    wanted = {
        logical_id: resource["Properties"][code]
        for logical_id, resource, code in _code_of(template)
        if "BuildMethod" in resource.get("Metadata", {})
    }
    digest = hashlib.sha256(repr((target, sorted(AWS_SERVICES), sorted(wanted))).encode())
    for source in wanted.values():
        digest.update((ROOT / source / "requirements.txt").read_bytes())
    kept = CACHE / "layers" / digest.hexdigest()[:16]
    archives = {logical_id: kept / f"{logical_id}.zip" for logical_id in wanted}
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        # Stacks side by side share what is kept.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(archive.is_file() for archive in archives.values()):
            _sam_build(target, CACHE / "sam")
            kept.mkdir(parents=True, exist_ok=True)
            for logical_id, archive in archives.items():
                _prune(CACHE / "sam" / logical_id)
                _compile(CACHE / "sam" / logical_id, target)
                _archive(CACHE / "sam" / logical_id, archive)
    return archives


def _code_of(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each resource with code: its logical id, itself, and the property that says where."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] in CODE_PROPERTIES:
            yield logical_id, resource, CODE_PROPERTIES[resource["Type"]]


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


def _prune(layer: Path) -> None:
    data = layer / "python" / "botocore" / "data"
    for service in data.iterdir() if data.is_dir() else ():
        if service.is_dir() and service.name not in AWS_SERVICES:
            shutil.rmtree(service)


def _compile(code: Path, target: Target) -> None:
    python = shutil.which(target.runtime, path=sam_environment()["PATH"])
    if python is None:
        return
    # "Unchecked": archives do not keep the times by which Python would otherwise judge them stale.
    subprocess.run(
        [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(code)],
        check=False,
        stdout=subprocess.DEVNULL,
    )


def _archive(layer: Path, archive: Path) -> None:
    """The layer as an archive that depends on its content only, so that it is uploaded once."""
    beside = archive.with_suffix(".part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(layer.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(str(path.relative_to(layer)))
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(entry, path.read_bytes())
    beside.replace(archive)

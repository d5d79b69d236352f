"""The package as a whole: what importing it costs, and what it offers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import passbook
from passbook.doctor import KNOWN_FAILURES

ROOT = Path(__file__).parents[3]
PACKAGE = Path(passbook.__file__).parent


def modules_after(statement: str) -> set[str]:
    """The modules a fresh interpreter has loaded after `statement`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print('\\n'.join(sys.modules))"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


def test_signing_does_not_load_what_it_does_not_need() -> None:
    """A function's first card waits for these; the set is asserted, not a time."""
    loaded = modules_after("from passbook import Assets, Signer, Template")

    unwanted = {"passbook.document", "passbook.models", "passbook.doctor", "zipfile", "difflib"}
    assert not loaded & unwanted
    added = {name.partition(".")[0] for name in loaded - modules_after("pass")}
    own = {"passbook", "cryptography", "_cffi_backend", "_openssl"}
    assert added - set(sys.stdlib_module_names) <= own


def test_every_public_name_can_be_had() -> None:
    for name in passbook.__all__:
        assert getattr(passbook, name) is not None
    loaded = modules_after("from passbook import Pass, StoreCard")
    assert "passbook.document" in loaded


def test_the_readme_names_every_rule() -> None:
    text = (ROOT / "layers" / "passbook" / "README.md").read_text("utf-8")
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    reported = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', source))
    reported -= {"iso-8859-1", "utf-8", "utf-16", "utf-8-sig"}
    reported |= {"chain", "expired"} | {rule for one in KNOWN_FAILURES for rule in one.rules}

    assert sorted(rule for rule in reported if f"`{rule}`" not in text) == []


def test_the_package_has_the_version_of_the_project() -> None:
    versions = {
        tomllib.loads((ROOT / path).read_text("utf-8"))["project"]["version"]
        for path in ("pyproject.toml", "layers/passbook/pyproject.toml")
    }
    assert len(versions) == 1

"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = ("functions", "layers/tessera/python", "layers/passbook/python", "tools", "tests")
MODULE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
APP_LINES_MAX = 60


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_no_module_is_longer_than_500_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*CODE)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES_MAX
    }

    assert not long


def test_no_function_is_longer_than_70_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": lines
        for path in modules(*CODE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert not long


def test_an_app_is_short_and_has_no_branch() -> None:
    for path in (ROOT / "functions").glob("*/app.py"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= APP_LINES_MAX, path
        branches = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.If)]
        assert len(branches) <= 1, f"{path}: logic belongs in the layers"


def test_the_domain_imports_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"tessera"}
    for path in modules("layers/tessera/python/tessera/domain"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in allowed, f"{path} imports {name}"
                assert not name.startswith("tessera.") or name.startswith("tessera.domain"), path


@pytest.mark.parametrize("function", sorted(p.parent.name for p in ROOT.glob("functions/*/app.py")))
def test_importing_a_function_reads_no_variable_and_opens_no_connection(function: str) -> None:
    # The environment is bare: a module that reads a variable of ours fails here. Audit hooks see
    # what the interpreter does for the code, however it asks for it.
    script = f"""
import sys
opened = []
sys.addaudithook(lambda event, _: opened.append(event) if event == "socket.connect" else None)
import functions.{function}.app
assert not opened
assert callable(functions.{function}.app.handler)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin",
            "PYTHONPATH": ":".join(str(ROOT / part) for part in ("", *CODE[1:3])),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_layers_ship_the_versions_that_tests_run_with() -> None:
    locked = _pins(ROOT / "requirements" / "dev.txt")
    for path in ROOT.glob("layers/*/requirements.txt"):
        for name, version in _pins(path).items():
            assert locked[name] == version, f"{path.parent.name}: {name}. Run: make lock"


def _pins(path: Path) -> dict[str, str]:
    pins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        requirement = line.split(";")[0].split("#")[0].strip()
        if "==" in requirement:
            name, version = requirement.split("==")
            pins[name.lower()] = version
    return pins


def test_the_map_of_the_documents_names_every_page() -> None:
    text = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [*ROOT.glob("docs/decisions/*.md"), *ROOT.glob("docs/how-to/*.md")]

    missing = {
        str(page.relative_to(ROOT))
        for page in pages
        if f"({page.relative_to(ROOT / 'docs').as_posix()})" not in text
    }

    assert not missing

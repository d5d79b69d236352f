"""Tests of the one deployed stack never meet on two workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sharing import group_of

ROOT = Path(__file__).resolve().parents[3]

SPREAD = """
import pathlib
import pytest

@pytest.mark.parametrize("number", range(4))
def test_where(number, worker_id):
    with pathlib.Path({notes!r}).open("a") as notes:
        notes.write(f"{folder} {{worker_id}}\\n")
"""


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/browser/test_sale.py::test_a_purse_pays_in_part", "stack"),
        ("tests/e2e/test_stack.py::test_the_api_answers[a/b]", "stack"),
        ("tests/simulation/test_simulation.py::test_it", "simulation"),
        ("tests/unit/web/test_web.py::test_it", "tests/unit/web/test_web.py::test_it"),
    ],
)
def test_tests_of_the_stack_are_one_group(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_a_group_that_spans_folders_runs_on_one_worker(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for folder in ("browser", "e2e", "unit"):
        home = tmp_path / "tests" / folder
        home.mkdir(parents=True)
        text = SPREAD.format(notes=str(notes), folder=folder)
        (home / f"test_{folder}.py").write_text(text, encoding="utf-8")
    conftest = "from tests.sharing import ByFolder\n\n\n"
    conftest += "def pytest_xdist_make_scheduler(config, log):\n    return ByFolder(config, log)\n"
    (tmp_path / "conftest.py").write_text(
        f"import sys\n\nsys.path.insert(0, {str(ROOT)!r})\n{conftest}", encoding="utf-8"
    )
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope",
            "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / "tests"),
        ],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    seen = {tuple(line.split()) for line in notes.read_text("utf-8").splitlines()}

    assert {folder for folder, _ in seen} == {"browser", "e2e", "unit"}
    assert len({worker for folder, worker in seen if folder != "unit"}) == 1

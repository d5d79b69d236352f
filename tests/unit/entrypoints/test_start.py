"""What a function loads when it starts: names of modules, because times are for `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

NEVER = frozenset(
    {
        "aws_xray_sdk",
        "boto3",
        "jsonschema",
        "moto",
        "numpy",
        "PIL",
        "pynamodb.models",
        "requests",
        "yaml",
        "aws_lambda_powertools.utilities.idempotency",
        "aws_lambda_powertools.event_handler.openapi.models",
    }
)
"""Nothing at run time needs these, and each costs more than the rest of a function."""

WALLET_ONLY = frozenset({"cryptography", "h2", "qrcode"})
HTTP_ONLY = frozenset({"pydantic", "aws_lambda_powertools.event_handler"})
ENGINE = frozenset({"tessera.domain.programme", "tessera.domain.decide", "tessera.domain.account"})

WALLET = frozenset(
    {"wallet_api", "refresh_passes", "update_google_cards", "design_api", "push_card_faces"}
)
HTTP = frozenset({"till_api", "admin_api", "design_api", "member_api", "wallet_api", "web"})


def loaded_by(function: str) -> set[str]:
    """Every module that importing the function's `app` loads, in a process without settings."""
    code = f"import sys; import functions.{function}.app; print('\\n'.join(sys.modules))"
    paths = (ROOT, ROOT / "layers/tessera/python", ROOT / "layers/passbook/python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(map(str, paths))},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_what_it_needs(function: str) -> None:
    """It also starts without one variable of its environment, and opens nothing."""
    unwanted = NEVER
    if function not in WALLET:
        unwanted |= WALLET_ONLY
    if function not in HTTP:
        unwanted |= HTTP_ONLY
    if function in {"authorizer", "web"}:
        unwanted |= ENGINE
    assert not loaded_by(function) & unwanted


def test_each_app_is_short() -> None:
    for function in FUNCTIONS:
        lines = (ROOT / "functions" / function / "app.py").read_text().splitlines()
        assert len(lines) <= 60, function

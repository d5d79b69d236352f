"""The template as CloudFormation receives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tools.template.read import Template, load

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-1"


def expand(**parameters: str) -> Template:
    """template.yaml after the SAM transform, with defaults where `parameters` says nothing."""
    template = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            # The transform sees uploaded code only.
            if name in resource["Properties"]:
                resource["Properties"][name] = "s3://bucket/key"
    defaults = {
        name: parameter["Default"]
        for name, parameter in template["Parameters"].items()
        if "Default" in parameter
    }
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    translated: dict[str, Any] = translator.translate(
        template, {**defaults, "Release": "test", **parameters}
    )
    return translated


@pytest.fixture(scope="session")
def source() -> Template:
    """template.yaml as written."""
    return load((ROOT / "template.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def expanded() -> Template:
    """template.yaml after the SAM transform, with every parameter at its default."""
    return expand()


@pytest.fixture(scope="session")
def expand_with() -> Callable[..., Template]:
    """The SAM transform with parameters of the test's choice."""
    return expand

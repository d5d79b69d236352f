"""Reads template.yaml: what functions, stream readers and dead-letter queues it declares."""

from __future__ import annotations

from typing import Any, Final, cast

from samtranslator.yaml_helper import yaml_parse

# One minute of lag: a card that follows its purchase later than that is worth waking somebody.
STREAM_LAG_S_MAX: Final = "60"
CODE_ROOT: Final = "functions/"

Template = dict[str, Any]


def load(text: str) -> Template:
    """The template as plain dicts and lists, short intrinsic forms (`!Ref`) made long."""
    return cast("Template", yaml_parse(text))


def resources(template: Template, kind: str) -> dict[str, Template]:
    """The resources of one CloudFormation type, by logical id."""
    return {
        logical_id: resource
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def function_name(resource: Template) -> str:
    """The name of a function: its folder under functions/."""
    code = str(resource["Properties"]["CodeUri"])
    return code.removeprefix(CODE_ROOT).rstrip("/")


def function_names(template: Template) -> list[str]:
    """The names of all functions, sorted."""
    declared = resources(template, "AWS::Serverless::Function")
    return sorted(function_name(resource) for resource in declared.values())


def stream_readers(template: Template) -> dict[str, str]:
    """The functions that read a DynamoDB stream, with the lag in seconds that raises an alarm."""
    return {
        function_name(resource): STREAM_LAG_S_MAX
        for resource in resources(template, "AWS::Serverless::Function").values()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    }


def dead_queues(template: Template) -> list[str]:
    """The logical ids of the dead-letter queues, which are named so."""
    return sorted(name for name in resources(template, "AWS::SQS::Queue") if "Dead" in name)

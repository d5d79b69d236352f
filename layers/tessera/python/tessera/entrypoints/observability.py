"""What a function tells its operators: one line for each request, and a few counts.

A line names the operation, never the path (it holds member ids), and the credential's id, never
a secret. Counts have the function as their only dimension: each further one is a bill. What the
gateway and Lambda count by themselves (requests, latency, errors) is not counted again.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Tessera"


@cache
def logger_of(service: str) -> Logger:
    """The function's logger; made on first use because it reads the environment."""
    return Logger(service=service)


@cache
def metrics_of(service: str) -> Metrics:
    """The function's metrics, written to its log in CloudWatch's embedded format."""
    return Metrics(service=service, namespace=NAMESPACE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request ended."""

    operation: str
    status: int
    duration_ms: int
    code: str = ""
    credential: str = ""
    replayed: bool = False


def observe(service: str, outcome: Outcome) -> None:
    """Write the request's line, and count it where somebody would want to know."""
    fields = {
        "operation": outcome.operation,
        "status": outcome.status,
        "duration_ms": outcome.duration_ms,
        "code": outcome.code or None,
        "credential": outcome.credential or None,
        "replayed": outcome.replayed or None,
    }
    told = {name: value for name, value in fields.items() if value is not None}
    logger_of(service).info("request answered", extra=told)
    for name in _counts(outcome):
        count(service, name)


def count(service: str, name: str) -> None:
    """Count one of something."""
    metrics = metrics_of(service)
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()


def count_all(service: str, values: Mapping[str, int]) -> None:
    """Count several things at once, in one line of the log."""
    metrics = metrics_of(service)
    for name, value in values.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    if values:
        metrics.flush_metrics()


def log_bug(service: str, error: BaseException) -> None:
    """Write where an unforeseen exception came from.

    Neither its message nor a value is written: a KeyError's message is the key, and pydantic
    quotes what it was given. Kinds, files and lines are ours; anything else may be a member's.
    """
    frames = [
        f"{frame.filename.rpartition('/python/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    causes: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 5:
        causes.append(f"{type(cause).__module__}.{type(cause).__qualname__}{_aws_code(cause)}")
        cause = cause.__cause__ or cause.__context__
    logger_of(service).error("unforeseen", extra={"kinds": causes, "frames": frames[-20:]})


def _aws_code(error: BaseException) -> str:
    """The code of an error of AWS, such as AccessDeniedException: one of a known few words."""
    answer = getattr(error, "response", None)
    detail = answer.get("Error") if isinstance(answer, dict) else None
    return f" {detail.get('Code')}" if isinstance(detail, dict) else ""


def _counts(outcome: Outcome) -> list[str]:
    names = []
    if outcome.replayed:
        names.append("ReplaysServed")
    if outcome.status == 422:
        names.append("Refusals")
    if outcome.status == 503:
        names.append("Unavailable")
    if outcome.status == 500:
        names.append("Bugs")
    return names

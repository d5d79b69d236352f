"""The engines that tests run against, and what of DynamoDB each of them keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moto import mock_aws

from tools.engines.tables import create_table, table_on


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine and what of DynamoDB it keeps; `url` is None for those within the process."""

    name: str
    url: str | None = None
    knows_tokens: bool = True
    """Whether `ClientRequestToken` makes a transaction idempotent."""
    survives_threads: bool = True
    """Whether transactions are atomic when threads send them at once."""


MOTO = Engine("moto", None, knows_tokens=False, survives_threads=False)


@contextmanager
def moto_engine() -> Iterator[Engine]:
    """Moto in this process, until the end of the block."""
    with mock_aws():
        yield MOTO


__all__ = ["MOTO", "Engine", "create_table", "moto_engine", "table_on"]

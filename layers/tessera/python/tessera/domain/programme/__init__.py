"""The programme document: its model, and its strict reading from plain data."""

from tessera.domain.programme.document import parse
from tessera.domain.programme.model import Programme

__all__ = ["Programme", "parse"]

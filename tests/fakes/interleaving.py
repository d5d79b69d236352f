"""Somebody else's deed in the middle of a call, where a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def instead(owner: type, name: str, act: Callable[..., Any]) -> Iterator[None]:
    """The next call of a method does something else; those after it do as always."""
    original = getattr(owner, name)

    def once(self: Any, *arguments: Any, **named: Any) -> Any:
        setattr(owner, name, original)
        return act(self, *arguments, **named)

    setattr(owner, name, once)
    try:
        yield
    finally:
        setattr(owner, name, original)

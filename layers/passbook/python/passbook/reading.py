"""Reading passes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from passbook.archive import DEFAULT_LIMITS, Limits, read
from passbook.errors import InvalidArchiveError

if TYPE_CHECKING:
    from passbook.document import Pass


@dataclass(frozen=True, slots=True)
class PassArchive:
    """A .pkpass taken apart. Nothing in it has been verified: `passbook.doctor` does that."""

    members: Mapping[str, bytes]
    document: Mapping[str, object]
    """pass.json, parsed."""

    @property
    def typed(self) -> Pass:
        """The document in typed form; unknown keys are in `extra`."""
        from passbook.document import Pass

        return Pass.from_dict(self.document)

    @property
    def manifest(self) -> Mapping[str, str]:
        """manifest.json, parsed; raises InvalidArchiveError."""
        parsed = parse_json(self.members.get("manifest.json"), "manifest.json")
        return {key: str(value) for key, value in parsed.items()}

    @property
    def assets(self) -> Mapping[str, bytes]:
        """Every file but the three that signing makes."""
        made = {"pass.json", "manifest.json", "signature"}
        return {name: data for name, data in self.members.items() if name not in made}


def parse_json(data: bytes | None, name: str) -> dict[str, object]:
    """The object that a JSON member holds; raises InvalidArchiveError."""
    if data is None:
        message = f"The archive holds no {name} at its top."
        remedy = "Zip the files themselves, not the folder around them."
        raise InvalidArchiveError("member-missing", message, remedy)
    try:
        parsed = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        message = f"{name} is not JSON in UTF-8: {error}."
        raise InvalidArchiveError(
            "json-format", message, "Write it with a JSON library."
        ) from error
    if not isinstance(parsed, dict):
        message = f"{name} is not an object."
        raise InvalidArchiveError("json-format", message, "Begin it with a brace.")
    return cast("dict[str, object]", parsed)


def read_pass(data: bytes, limits: Limits = DEFAULT_LIMITS) -> PassArchive:
    """Opens a .pkpass within `limits`; raises InvalidArchiveError when it is none."""
    members = read(data, limits)
    return PassArchive(members, parse_json(members.get("pass.json"), "pass.json"))

"""How the phone says no: with a reason that names one rule."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """The phone does not take this card, or does not believe this server.

    `code` names the rule, stable and lower-case; `detail` says where it was broken.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Blemish:
    """Something a phone accepts but shows wrongly or not at all."""

    code: str
    detail: str

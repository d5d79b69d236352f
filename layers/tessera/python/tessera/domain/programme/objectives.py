"""What a programme is for, so that it can be measured against it (Z-45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.programme.conditions import Scales
from tessera.domain.programme.reader import Node, event_name, fail

PERCENT_DECIMALS = 2


class Aim(StrEnum):
    """What an objective measures."""

    FREQUENCY = "frequency"
    BASKET = "basket"
    DATA = "data"
    IMAGE = "image"
    MARGIN = "margin"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Objective:
    """One aim with its target.

    Targets are purchases a member and year in hundredths (frequency), the currency's smallest
    unit (basket), hundredths of a percent (all others). `attributes` are those that should be
    known of a member (data), `event` the one that speaks for the brand (image).
    """

    aim: Aim
    at_least: int | None = None
    at_most: int | None = None
    attributes: tuple[str, ...] = ()
    event: str = ""
    why: Mapping[str, str] = field(default_factory=dict)

    def met_by(self, measured: int) -> bool:
        """Whether the target is reached."""
        if self.at_least is not None and measured < self.at_least:
            return False
        return self.at_most is None or measured <= self.at_most


def decimals_of(aim: Aim, money_scale: int) -> int:
    """The decimals in which an aim is measured."""
    return money_scale if aim is Aim.BASKET else PERCENT_DECIMALS


def read_objective(node: Node, scales: Scales) -> Objective:
    """One objective of the document."""
    aim = node.choice("aim", Aim)
    scale = decimals_of(aim, scales.money)
    attributes: tuple[str, ...] = ()
    event = ""
    if aim is Aim.DATA:
        attributes = node.words("attributes")
        if not attributes:
            raise fail("field_missing", node.at("attributes"))
    elif aim is Aim.IMAGE:
        event = event_name(node.require("event"), node.at("event"))
    low, high = node.optional_amount("at_least", scale), node.optional_amount("at_most", scale)
    if low is None and high is None:
        raise fail("objective_without_target", node.pointer)
    return Objective(aim, low, high, attributes, event, node.texts("why"))

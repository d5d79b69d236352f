"""A document is a key for ever: handed in again a month later, it is answered as it was."""

from __future__ import annotations

import json

import pytest

from tests.simulation.load import Load, calm
from tests.simulation.profiles import PROFILES


@pytest.mark.requirement("X-01")
def test_a_sale_handed_in_again_after_a_month_is_answered_as_it_was() -> None:
    load = Load(PROFILES["uniform"], 1)
    calm(load.world)
    load.run(200)
    sale = next(one for one in load.sales if one.acks and "occurred_at" in one.body)
    load.world.jump_ms += 30 * 86_400_000
    load.world.send(sale)
    load.world.kernel.run()
    assert sale.refusals == []
    assert sale.acks[-1][1] == sale.acks[0][1]
    assert json.loads(sale.acks[0][1])["document"] == sale.body["document"]

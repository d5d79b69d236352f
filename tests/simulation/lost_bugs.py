"""Faults that only goods without their receipt show; the gate patches each into the sources."""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.patching import Bug, bug

_FIND = "application.find_goods"

LOST: Sequence[Bug] = (
    bug(
        "goods without receipt are found once more",
        "lost_receipts",
        (_FIND, "        returned = dict(row.returned)\n", "        returned = {}\n"),
    ),
    bug(
        "of several sales one is struck off",
        "lost_receipts",
        (
            "application.record_return",
            "    changed = [sale.change() for sale in done.sales]\n",
            "    changed = [sale.change() for sale in done.sales[:1]]\n",
        ),
    ),
    bug(
        "whoever a sale was moved from brings it back",
        "lost_receipts",
        (
            _FIND,
            "    return bought.place in row.entries and",
            "    return True or",
        ),
    ),
    bug(
        "goods that came back by amount are found by quantity",
        "lost_receipts",
        (
            "domain.goods",
            "        if left > 0 and not amount and is_same(goods, line):\n",
            "        if left > 0 and is_same(goods, line):\n",
        ),
    ),
    bug(
        "of several sales one loses what it counted",
        "lost_receipts",
        (
            "domain.engine.returns",
            "    for back in backs:\n        _reverse_sums(draft, back)\n",
            "    for back in backs[:1]:\n        _reverse_sums(draft, back)\n",
        ),
    ),
)

"""Bugs that a merchant of one plain programme can't show; see `tests.simulation.bugs`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.patching import Bug, bug

_SALE = "application.record_purchase"

WIDER: Sequence[Bug] = (
    bug(
        "a sale counts in one programme only",
        "two_programmes",
        (_SALE, "    return pairs\n", "    return pairs[:1]\n"),
    ),
    bug(
        "a return takes back in one programme only",
        "two_programmes",
        (
            "application.returned_sales",
            "    for name, partition, sequence in row.entries:\n",
            "    for name, partition, sequence in row.entries[:1]:\n",
        ),
    ),
    bug(
        "the row of a sale names one of its entries",
        "two_programmes",
        (
            "application.posting",
            "        for posted in posts\n    )\n\n\ndef place_of",
            "        for posted in posts[:1]\n    )\n\n\ndef place_of",
        ),
    ),
    bug(
        "a merge leaves one programme behind",
        "two_programmes",
        (
            "application.pair_command",
            "in sorted(source.accounts.items()):\n            if account.member",
            "in sorted(source.accounts.items())[:1]:\n            if account.member",
        ),
    ),
    bug(
        "whoever joins by what he does does not write his profile",
        "two_programmes",
        (
            _SALE,
            "        writes.append(renewed(found.profile))\n",
            "        writes += []\n",
        ),
        (
            "application.account_command",
            "        writes = (*follow(joined, posted), renewed(found.profile))\n",
            "        writes = follow(joined, posted)\n",
        ),
    ),
    bug(
        "only the first of a member's accounts has to be as it was",
        "two_programmes",
        (
            "adapters.dynamodb.driver",
            "            encoded = self._codec.operations(write)\n",
            (
                "            encoded = self._codec.operations(write)\n"
                "            known = {(one.item['pk'], one.item.get('t')) for one in operations}\n"
                "            if (encoded[0].item['pk'], encoded[0].item.get('t')) in known:\n"
                "                encoded = [Operation(one.action, one.item) for one in encoded]\n"
            ),
        ),
    ),
    bug(
        "one line comes back by quantity and by amount",
        "two_programmes",
        (
            "application.returned_sales",
            "    if other:\n        raise Refused",
            "    if other < 0:\n        raise Refused",
        ),
    ),
    bug(
        "an amount that comes back forgets the one before",
        "two_programmes",
        (
            "application.returned_sales",
            "after[index] = (0, had + wanted)\n",
            "after[index] = (0, wanted)\n",
        ),
    ),
    bug(
        "what an amount leaves of a line never comes back",
        "two_programmes",
        (
            "application.returned_sales",
            "after[index] = (0, line.net) if by_amount else (line.quantity_milli, 0)\n",
            "after[index] = sale.before[index] if by_amount else (line.quantity_milli, 0)\n",
        ),
    ),
    bug(
        "a budget is leased whatever others leased of it",
        "shared_stock",
        (
            "adapters.dynamodb.shared",
            "            if self.store.put(row, condition):\n",
            "            if self.store.put(row):\n",
        ),
    ),
    bug(
        "what may have happened is not taken out of the budget",
        "shared_stock",
        (
            "application.commit",
            "        if not in_doubt and not isinstance(outcome, Cancelled):\n",
            "        if isinstance(outcome, Committed):\n",
        ),
    ),
    bug(
        "whoever has the price of the last one on hold gets one",
        "shared_stock",
        (
            "domain.engine.lifecycle",
            "        rewards.check_budget(draft, one.reward)\n",
            "",
        ),
    ),
    bug(
        "a code that was handed out stays in its pool",
        "shared_stock",
        (
            "application.posting",
            '        if voucher.details.get("pool"):\n',
            '        if voucher.details.get("pool") == voucher.code:\n',
        ),
    ),
    bug(
        "a file that comes again brings codes that were given out",
        "shared_stock",
        (
            "adapters.dynamodb.shared",
            '            Operation("check", {"pk": keys.voucher(code), "sk": "V"}, Absent()),\n',
            '            Operation("check", {"pk": keys.voucher(code), "sk": "V"}),\n',
        ),
    ),
    bug(
        "what a sale keeps alive is his who buys",
        "kept_alive",
        ("domain.household", "        alive = _kept_alive(entry)\n", "        alive = {}\n"),
    ),
    bug(
        "only the first lot is kept alive",
        "kept_alive",
        (
            "domain.engine.credits",
            "        for key, amount in draft.spendable(balance.id):\n",
            "        for key, amount in draft.spendable(balance.id)[:1]:\n",
        ),
    ),
    bug(
        "what somebody earns pays no debt of his",
        "kept_alive",
        ("domain.engine.credits", "    if owed > 0:\n", "    if owed < 0:\n"),
    ),
    bug(
        "a version is in force as soon as it is published",
        "new_version",
        (
            "adapters.dynamodb.programmes",
            "            if effective_at_ms <= instant_ms:\n",
            "            if effective_at_ms:\n",
        ),
    ),
    bug(
        "a container that slept goes by the versions it knew",
        "new_version",
        (
            "adapters.dynamodb.programmes",
            "return own_s < CACHE_S and self.now_ms() - read.at_ms < CACHE_S * 1000",
            "return own_s < CACHE_S",
        ),
    ),
    bug(
        "a sale that is told late is decided by today's version",
        "new_version",
        (
            _SALE,
            "programme_in_force(name, command.occurred_at_ms, account)",
            "programme_in_force(name, command.recorded_at_ms, account)",
        ),
    ),
)

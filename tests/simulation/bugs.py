"""Bugs to be caught: each a patch to production source, applied as the module is imported.

A bug names the profile in which it is looked for, because time and contention must be such that
it can show. No check knows a bug's name. Patches are texts, so that each is the slip of a hand
that could have been committed; one that no longer fits its source is an error of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.lost_bugs import LOST
from tests.simulation.patching import Bug, bug
from tests.simulation.wider_bugs import WIDER

_COMMIT = "application.commit"
_ROWS = "adapters.dynamodb.rows"
_ACCOUNT = "domain.account"
_LEDGER = "domain.ledger"
_LIFECYCLE = "domain.engine.lifecycle"
_MOVING = "domain.moving"

BUGS: Sequence[Bug] = (
    bug(
        "accounts and entries are overwritten",
        "hot_account",
        (
            _ROWS,
            (
                "keys.due_sort(write.due_kind or keys.NOTHING_DUE, account.member)\n"
                "        expected: Condition = Absent()\n        if write.expected_version:"
            ),
            (
                "keys.due_sort(write.due_kind or keys.NOTHING_DUE, account.member)\n"
                "        expected: Condition = None\n        if False:"
            ),
        ),
        (
            _ROWS,
            (
                'item["dc"] = entry.detail_commitment\n'
                '        return [Operation("put", item, Absent())]'
            ),
            'item["dc"] = entry.detail_commitment\n        return [Operation("put", item)]',
        ),
        (
            _ROWS,
            '"z": write.detail,\n        }\n        return [Operation("put", item, Absent())]',
            '"z": write.detail,\n        }\n        return [Operation("put", item)]',
        ),
    ),
    bug(
        "the idempotency row has no condition",
        "claims",
        (
            _ROWS,
            'return [Operation("put", answer_item(write), Absent())]',
            'return [Operation("put", answer_item(write))]',
        ),
    ),
    bug(
        "a time-out is acknowledged",
        "uniform",
        (_COMMIT, "        in_doubt = True\n", "        return _Sent(plan.answer)\n"),
    ),
    bug(
        "a time-out is reported as refused",
        "uniform",
        (
            _COMMIT,
            "        in_doubt = True\n        stored",
            '        raise KeyReused("request_differs")\n        stored',
        ),
    ),
    bug(
        "a refusal is given without looking for the row",
        "uniform",
        (
            _COMMIT,
            (
                "        except TesseraError as refusal:\n"
                "            stored = yield from read_answer(identity)\n"
            ),
            "        except TesseraError as refusal:\n            stored = None\n",
        ),
    ),
    bug(
        "a replay is computed anew",
        "uniform",
        (
            _COMMIT,
            "                return _Sent(found)\n",
            "                return _Sent(plan.answer)\n",
        ),
    ),
    bug(
        "another body under the same document is answered",
        "claims",
        (_COMMIT, "    if stored.request_hash != identity.request_hash:\n", "    if False:\n"),
    ),
    bug(
        "a conflict is told as a refusal",
        "hot_account",
        (
            _COMMIT,
            "        return _Verdict.CONFLICT\n    if any",
            '        raise KeyReused("request_differs")\n    if any',
        ),
    ),
    bug(
        "documents are told apart by member",
        "claims",
        (
            "application.requests",
            'return Identity(f"{operation}:{store}", number, request_hash(operation, body))',
            (
                'return Identity(f"{operation}:{store}", number + str(dict(body).get("member")), '
                "request_hash(operation, body))"
            ),
        ),
    ),
    bug(
        "a clock that goes back opens the day's cap again",
        "midnight",
        (_ACCOUNT, "return max(self.last_day, today)", "return today"),
    ),
    bug(
        "a clock that goes back revives a lapsed hold",
        "hold_expiry",
        (_ACCOUNT, "return max(self.last_ms, now_ms)", "return now_ms"),
    ),
    bug(
        "holds set nothing aside",
        "hold_expiry",
        (_ACCOUNT, "if hold.expires_at_ms > instant_ms:", "if hold.expires_at_ms < 0:"),
    ),
    bug(
        "a lapsed hold can be committed",
        "hold_expiry",
        (
            _LIFECYCLE,
            "if command.keep and hold.expires_at_ms <= draft.now_ms:",
            "if command.keep and hold.expires_at_ms <= 0:",
        ),
    ),
    bug(
        "a settled hold stays open",
        "hold_expiry",
        (
            _LIFECYCLE,
            "    draft.hold_changes.append(HoldChange(hold, None))\n    if not command.keep:",
            "    if not command.keep:",
        ),
    ),
    bug(
        "expired value is spent",
        "lapsing",
        (
            _ACCOUNT,
            "key.balance == balance and key.activates_on <= today <= key.expires_on:",
            "key.balance == balance and key.activates_on <= today:",
        ),
    ),
    bug(
        "pending value is spent",
        "lapsing",
        (
            _ACCOUNT,
            "key.balance == balance and key.activates_on <= today <= key.expires_on:",
            "key.balance == balance and today <= key.expires_on:",
        ),
    ),
    bug(
        "the lot that expires last is spent first",
        "lapsing",
        (
            _ACCOUNT,
            "        for key in sorted(self.lots):\n",
            "        for key in sorted(self.lots, reverse=True):\n",
        ),
    ),
    bug(
        "nothing ever expires",
        "sweep_and_till",
        (
            "domain.engine.occasions",
            "        if key.expires_on >= draft.today:\n",
            "        if key.expires_on >= 0:\n",
        ),
    ),
    bug(
        "value expires on its last day",
        "sweep_and_till",
        (
            "domain.engine.occasions",
            "        if key.expires_on >= draft.today:\n",
            "        if key.expires_on > draft.today:\n",
        ),
    ),
    bug(
        "the chain always begins anew",
        "uniform",
        (_LEDGER, "previous=account.head or GENESIS,", "previous=GENESIS,"),
    ),
    bug(
        "the account forgets the last hash",
        "uniform",
        (_LEDGER, "        head=entry.hash,\n", "        head=account.head,\n"),
    ),
    bug(
        "accounts never stand in the due index",
        "sweep_and_till",
        ("application.posting", "    if due is None:\n", "    if due is None or due.day:\n"),
    ),
    bug(
        "waiting value is stored as active",
        "uniform",
        (
            "adapters.dynamodb.packing",
            "key = LotKey(expires_on, activates_on, balance)",
            "key = LotKey(expires_on, 0, balance)",
        ),
    ),
    bug(
        "only the first happening is published",
        "uniform",
        (
            "application.publish_changes",
            "enumerate(change.happenings, start=1)",
            "enumerate(change.happenings[:1], start=1)",
        ),
    ),
    bug(
        "what the bus refused is taken as published",
        "uniform",
        (
            "application.publish_changes",
            "return len(changes) if accepted == len(events) else owners[accepted]",
            "return len(changes)",
        ),
    ),
    bug(
        "caps let everything through",
        "uniform",
        ("domain.engine.credits", "        if amount <= room:\n", "        if room is not None:\n"),
    ),
    bug(
        "whoever gives value away keeps it",
        "uniform",
        (_MOVING, 'Changes(lots=_negative(parts)), "value.given"', 'Changes(), "value.given"'),
    ),
    bug(
        "a merge leaves the statistics behind",
        "corrections",
        (
            _MOVING,
            "        counters=_counters(source.counters),\n        stats=stats,\n",
            "        counters=_counters(source.counters),\n        stats=(),\n",
        ),
    ),
    bug(
        "two memberships made one have two allowances",
        "corrections",
        (_MOVING, "        counters=_counters(source.counters),\n", ""),
    ),
    bug(
        "who leaves a household takes whole lots",
        "households",
        (
            "domain.household",
            "LotDelta(key.balance, owners[member], ",
            "LotDelta(key.balance, sum(owners.values()), ",
        ),
    ),
    bug(
        "what goes down and up in one entry is shared twice",
        "kept_alive",
        (
            "domain.household",
            "            self._bring_back(entry, who, moved)\n",
            (
                "            for lot in entry.changes.lots:\n"
                "                self._bring_back(entry, who, {lot.key: lot.amount})\n"
            ),
        ),
        (
            "domain.household",
            (
                "        for key, amount in moved.items():\n"
                "            if amount > 0:\n                self._put("
            ),
            (
                "        for lot in entry.changes.lots:\n"
                "            key, amount = lot.key, lot.amount\n"
                "            if amount > 0:\n                self._put("
            ),
        ),
    ),
    bug(
        "what a return takes is borne by the whole household",
        "households",
        ("domain.household", "his_first=True)", "his_first=False)"),
    ),
    bug(
        "what comes back of a payment is his who paid for all",
        "households",
        (
            "domain.household",
            "_add(given.setdefault(key.balance, {}), self._give_back(key, who, amount))",
            "self._put(key, {who: amount})",
        ),
    ),
    bug(
        "a return is counted where its member is and not where its sale was",
        "corrections",
        (
            "application.return_sides",
            "    if counted.account.member == serving.member:\n",
            "    if serving:\n",
        ),
    ),
    bug(
        "a leaver's vouchers stay in the household and come along",
        "households",
        (
            "domain.moving",
            "lots=_negative(shares), vouchers=tuple(VoucherChange(item, None) for item in his)",
            "lots=_negative(shares)",
        ),
    ),
    bug(
        "who joins a household leaves his vouchers behind",
        "households",
        (
            "domain.moving",
            "vouchers=tuple(VoucherChange(None, item) for item in member.vouchers.values())",
            "vouchers=()",
        ),
    ),
    bug(
        "a voucher on hold is used all the same",
        "hold_expiry",
        ("domain.engine.discounts", "    if _is_reserved(draft, code):\n", "    if False:\n"),
    ),
    bug(
        "who buys in a household is not named",
        "households",
        (
            "application.posting",
            'contributor="" if profile.member == account.member else profile.member',
            'contributor=""',
        ),
    ),
    bug(
        "who has left a household is served in it once more",
        "households",
        ("application.posting", "    if own is None:\n", "    if True:\n"),
    ),
    bug(
        "an erasure forfeits what the whole household has",
        "households",
        (
            "application.erase_member",
            "if one.member != found.member})",
            "if one.member == ''})",
        ),
        (
            "application.erase_member",
            "        if account.member != found.member:\n",
            "        if account.member == '':\n",
        ),
    ),
    bug(
        "half of a merge is taken for the whole",
        "half_merged",
        (
            "application.finding",
            'CLOSED = frozenset({"merged", "erased"})',
            "CLOSED: frozenset[str] = frozenset()",
        ),
    ),
    bug(
        "details outlive their member",
        "corrections",
        (
            "adapters.dynamodb.erasures",
            '            self.store.delete(pk, str(item["sk"]))\n        households',
            "            continue\n        households",
        ),
    ),
    bug(
        "an erasure forgets who was merged into the erased",
        "corrections",
        (
            "application.erase_member",
            "    merged = merged_members(found.profile.attributes)\n",
            "    merged: tuple[str, ...] = ()\n",
        ),
    ),
    bug(
        "a sale that is moved stays where it was too",
        "corrections",
        (
            "application.correct_purchase",
            "    writes = [*undone.writes, *",
            "    writes = [*",
        ),
    ),
    bug(
        "an undo that comes again late is refused",
        "corrections",
        (
            _COMMIT,
            (
                "            stored = yield from read_answer(identity)\n"
                "            if stored is not None:\n"
                "                return replay"
            ),
            (
                "            stored = yield from read_answer(identity)\n"
                '            if stored is not None and refusal.code != "undo_too_late":\n'
                "                return replay"
            ),
        ),
    ),
    bug(
        "the running balance is the one before",
        "uniform",
        (
            _LEDGER,
            "balances={name: moved.total(name) for name in sorted(names)}",
            "balances={name: account.total(name) for name in sorted(names)}",
        ),
    ),
    *WIDER,
    *LOST,
)


def named(name: str) -> Bug:
    """The bug of that name; KeyError where there is none."""
    return {one.name: one for one in BUGS}[name]

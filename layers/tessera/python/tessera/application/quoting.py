"""What a decision that nobody commits would do to one account, and why (X-05, O-29)."""

from __future__ import annotations

from tessera.application.answers import decision_view, step_view
from tessera.domain.account import Account, apply
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.commands import Command
from tessera.domain.decision import Decision
from tessera.domain.explain import Reader, sentences, step_text
from tessera.domain.programme import Programme


def quoted_result(
    account: Account,
    programme: Programme,
    decision: Decision,
    command: Command,
    language: str,
    reader: Reader,
) -> dict[str, Json]:
    """Each balance before and after, and the reasons in words for that reader."""
    after = apply(account, decision.changes)
    today = day_of(command.recorded_at_ms, programme.zone)
    view = decision_view(decision, programme, language)
    # A quote promises no code: whoever commits is given one drawn for him.
    view["vouchers"] = [{"reward": voucher.reward} for voucher in decision.vouchers]
    view |= {
        "partition": account.partition,
        "balances": [
            {
                "balance": balance.id,
                "before": account.available(balance.id, today, command.recorded_at_ms),
                "after": after.available(balance.id, today, command.recorded_at_ms),
            }
            for balance in programme.balances
        ],
        "lines": [
            {"line": share.line, "earned": dict(share.earned), "discount": share.discount}
            for share in decision.lines
            if share.discount or share.earned
        ],
        "reasons": list[Json](sentences(programme, decision.trace, language, reader)),
        "trace": [
            {**step_view(step), "text": step_text(programme, step, language)}
            for step in (decision.trace if reader is Reader.AUDITOR else ())
        ],
    }
    return view

"""Decisions in words: the receipt's lines and the trace, in French and in English."""

from __future__ import annotations

from collections.abc import Sequence

from tessera.domain.decision import Decision, ReceiptLine
from tessera.domain.programme.model import Programme
from tessera.domain.texts import catalogue, fill, name_in


def receipt_texts(programme: Programme, decision: Decision, language: str) -> list[str]:
    """The sentences that the receipt, the invoice or the credit note prints (O-25 to O-28)."""
    return receipt_lines(programme, decision.receipt, language)


def receipt_lines(programme: Programme, lines: Sequence[ReceiptLine], language: str) -> list[str]:
    """Receipt lines by catalogue code as sentences."""
    sentences = catalogue(language)
    found = []
    for line in lines:
        balance_id = str(line.values.get("balance", ""))
        balance = programme.balance(balance_id)
        name = name_in(balance.names, language, balance_id) if balance else balance_id
        values = {**line.values, "name": name}
        template = sentences[f"receipt.{line.code}"]
        found.append(fill(programme, language, template, values, balance_id))
    return found

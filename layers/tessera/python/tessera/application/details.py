"""The erasable part of an entry: basket, shares, benefits, receipt and trace."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tessera.domain.canonical import Json, canonical
from tessera.domain.decision import Decision, LineShare, ReceiptLine, Step


def pack_detail(decision: Decision, basket: Mapping[str, Json] | None) -> bytes:
    """A decision's detail as compressed canonical JSON.

    The core never hands a personal value to a decision; what a basket says of its buyer stands
    here and nowhere else.
    """
    content: dict[str, Json] = {
        "trace": [
            [step.code, step.subject, step.outcome, dict(step.values)] for step in decision.trace
        ],
        "receipt": [[line.code, dict(line.values)] for line in decision.receipt],
    }
    if decision.lines:
        content["lines"] = [
            [share.line, dict(share.earned), dict(share.spent), share.discount]
            for share in decision.lines
        ]
    if decision.benefits:
        content["benefits"] = [
            [benefit.kind, benefit.source, benefit.amount, dict(benefit.details)]
            for benefit in decision.benefits
        ]
    if basket:
        content["basket"] = basket
    return zlib.compress(canonical(content), 6)


@dataclass(frozen=True, slots=True)
class Detail:
    """A detail as it was stored."""

    trace: tuple[Step, ...] = ()
    receipt: tuple[ReceiptLine, ...] = ()
    lines: tuple[LineShare, ...] = ()
    benefits: tuple[tuple[str, str, int, Mapping[str, Json]], ...] = ()
    basket: Mapping[str, Json] = field(default_factory=dict)


def unpack_detail(packed: bytes) -> Detail:
    """The inverse of `pack_detail`."""
    content = json.loads(zlib.decompress(packed))
    return Detail(
        trace=tuple(Step(*parts) for parts in content["trace"]),
        receipt=tuple(ReceiptLine(*parts) for parts in content["receipt"]),
        lines=tuple(LineShare(*parts) for parts in content.get("lines", ())),
        benefits=tuple(tuple(parts) for parts in content.get("benefits", ())),
        basket=content.get("basket", {}),
    )

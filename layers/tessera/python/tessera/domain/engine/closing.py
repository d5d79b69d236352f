"""A programme that ends: until when members earn, and until when they spend (Z-30).

What a member has already been given keeps its own validity: vouchers in the hand, open holds and
returns are none of this module's business.
"""

from __future__ import annotations

from tessera.domain.calendar import to_date
from tessera.domain.engine.draft import Draft
from tessera.domain.errors import Refused


def earning_is_over(draft: Draft) -> bool:
    """Whether nobody joins or earns any more on the day of the command."""
    closing = draft.compiled.programme.closing
    return closing is not None and draft.today > closing.earning_until


def spending_is_over(draft: Draft) -> bool:
    """Whether nothing can be spent any more on the day of the command."""
    closing = draft.compiled.programme.closing
    return closing is not None and draft.today > closing.spending_until


def check_joining(draft: Draft) -> None:
    """Refuse a new member of a programme that is closing."""
    closing = draft.compiled.programme.closing
    if closing is not None and earning_is_over(draft):
        last = to_date(closing.earning_until).isoformat()
        raise Refused("programme_closing", params={"last_day": last})


def check_spending(draft: Draft) -> None:
    """Refuse to spend in a programme that has ended."""
    closing = draft.compiled.programme.closing
    if closing is not None and spending_is_over(draft):
        last = to_date(closing.spending_until).isoformat()
        raise Refused("programme_ended", params={"last_day": last})

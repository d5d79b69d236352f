"""A sale, from the basket to the account: discounts, payments, earning, statistics."""

from __future__ import annotations

from tessera.domain.calendar import to_date
from tessera.domain.commands import Purchase
from tessera.domain.decision import Decision, Happening, Scalar
from tessera.domain.engine import closing, discounts, receipts, rules
from tessera.domain.engine.basket import read_basket
from tessera.domain.engine.compiled import CompiledSegment
from tessera.domain.engine.credits import credit
from tessera.domain.engine.discounts import Till
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.expiry import shift
from tessera.domain.engine.rewards import fails
from tessera.domain.engine.spending import Paid, pay_all
from tessera.domain.errors import InvalidInput
from tessera.domain.money import allocate
from tessera.domain.programme.earning import PURCHASE
from tessera.domain.programme.model import EarningBase

MAXIMUM_LINES = 500


def purchase(draft: Draft, command: Purchase) -> Decision:
    """Decide a sale."""
    _check(draft, command)
    before = {balance: draft.available(balance) for balance in draft.compiled.balances}
    draft.event = PURCHASE
    till = discounts.open_till(draft, command)
    segment = discounts.find_segment(draft) if draft.compiled.segments else None
    for code in command.vouchers:
        discounts.apply_voucher(draft, till, command, code)
    if not closing.spending_is_over(draft):
        discounts.apply_new_customer(draft, till, command)
        if segment is not None:
            discounts.apply_segment(draft, till, command, segment)
        discounts.apply_clubs(draft, till, command)
    paid = pay_all(draft, till, command)
    _share_spending(draft, till, paid)
    _join_clubs(draft)
    watched = rules.watched(draft)
    earns = _earns(draft, command, till, segment)
    if earns:
        draft.basket = read_basket(draft, till.discounts)
    _count_sale(draft, command, till)
    data: dict[str, Scalar] = {
        "store": command.document.store or command.store,
        "channel": command.channel,
        "total": till.cart,
        "paid": till.left,
        "currency": draft.compiled.programme.currency,
        "order": draft.orders + 1,
    }
    draft.event_data = data
    rules.apply_event(draft, PURCHASE, 0, earns=earns, before=watched)
    draft.basket = None
    _announce(draft, data)
    rules.cascade(draft)
    receipts.purchase_lines(draft, before, paid)
    return draft.finish("purchase")


def _check(draft: Draft, command: Purchase) -> None:
    """Refuse a sale that states something impossible."""
    programme = draft.compiled.programme
    if command.currency != programme.currency:
        raise InvalidInput(
            "wrong_currency", field="/currency", params={"expected": programme.currency}
        )
    if not command.lines:
        raise InvalidInput("basket_empty", field="/lines")
    if len(command.lines) > MAXIMUM_LINES:
        raise InvalidInput("list_too_long", field="/lines", params={"most": MAXIMUM_LINES})
    _check_lines(command)
    _check_means(command)


def _check_lines(command: Purchase) -> None:
    for place, line in enumerate(command.lines):
        if (
            line.quantity_milli > 0
            and line.discount >= 0
            and 0 <= line.tax <= line.gross - line.discount
        ):
            continue
        if line.quantity_milli <= 0:
            raise InvalidInput("quantity_not_positive", field=f"/lines/{place}/quantity")
        if line.gross < 0 or not 0 <= line.discount <= line.gross:
            raise InvalidInput("discount_above_price", field=f"/lines/{place}/gross")
        if not 0 <= line.tax <= line.gross - line.discount:
            raise InvalidInput("tax_above_amount", field=f"/lines/{place}/tax")


def _check_means(command: Purchase) -> None:
    """Advantages, vouchers and payments, as the till states them."""
    for place, advantage in enumerate(command.advantages):
        if advantage.amount < 0:
            raise InvalidInput(
                "number_too_small", field=f"/advantages/{place}/amount", params={"least": 0}
            )
    if len(set(command.vouchers)) != len(command.vouchers):
        raise InvalidInput("same_voucher_twice", field="/vouchers")
    if len({payment.balance for payment in command.payments}) != len(command.payments):
        raise InvalidInput("same_balance_twice", field="/payments")
    for place, payment in enumerate(command.payments):
        if payment.amount is not None and payment.amount <= 0:
            raise InvalidInput(
                "number_too_small", field=f"/payments/{place}/amount", params={"least": 1}
            )
    if command.delivery_cost < 0:
        raise InvalidInput("number_too_small", field="/delivery_cost", params={"least": 0})


def _share_spending(draft: Draft, till: Till, paid: list[Paid]) -> None:
    """What each line was given and paid by value, for exact returns (X-04, A-17)."""
    if not till.discounts and not paid:
        return
    nets = draft.nets
    discount = allocate(till.discounts, nets)
    spent: list[dict[str, int]] = [{} for _ in nets]
    for one in paid:
        for line, part in enumerate(allocate(one.used + one.forfeited, nets)):
            if part:
                spent[line][one.balance] = part
    draft.spent_by_line, draft.discount_by_line = spent, discount


def _join_clubs(draft: Draft) -> None:
    """A line that pays a club's fee opens its period, or prolongs the one that runs (Z-03)."""
    for one in draft.compiled.clubs:
        fee = one.fee
        if fee is not None and any(fee(draft, line) for line in draft.lines):
            open_club(draft, one.club.id)


def open_club(draft: Draft, club_id: str) -> None:
    """Give a club's period from today, or from the end of the running one."""
    club = next(item.club for item in draft.compiled.clubs if item.club.id == club_id)
    key = f"club:{club.id}"
    running = draft.fact(key)
    start = running + 1 if running is not None and running >= draft.today else draft.today
    until = shift(start, club.period) - 1
    draft.set_fact(key, until)
    renewed = start != draft.today
    draft.note("club", club.id, "renewed" if renewed else "joined", until=until)
    draft.happen("club.joined", 1, club=club.id, until=to_date(until).isoformat(), renewed=renewed)


def _earns(draft: Draft, command: Purchase, till: Till, segment: CompiledSegment | None) -> bool:
    """Whether the sale earns at all, with the reason in the trace where it does not."""
    programme = draft.compiled.programme
    if closing.earning_is_over(draft):
        return False
    if fails(draft, draft.compiled.earning_clauses):
        draft.note("earning", "", "refused", reason="not_eligible")
        return False
    advantages = any(item.amount for item in command.advantages)
    if programme.earning.base is EarningBase.NONE and (
        advantages or command.promo_codes or till.used_voucher or till.used_loyalty
    ):
        draft.note("earning", "", "refused", reason="discounted_order")
        return False
    if segment is not None and not segment.segment.earns:
        draft.note("earning", "", "refused", reason="segment", segment=segment.segment.id)
        return False
    first = programme.new_customers
    if first is not None and not draft.orders:
        if not first.earns:
            draft.note("earning", "", "refused", reason="first_order")
            return False
        if first.points is not None:
            balance = draft.compiled.balances[first.points.balance]
            given = credit(draft, balance, first.points.amount, source="first_order")
            draft.note("earning", "first_order", "applied", balance=balance.id, amount=given)
            return False
    return True


def _count_sale(draft: Draft, command: Purchase, till: Till) -> None:
    """The statistics that conditions and tiers ask of later sales."""
    draft.add_stat("orders", 1)
    draft.add_stat("spent", till.left)
    windows = draft.compiled.windows
    if "orders" in windows:
        draft.add_window("orders", 1)
    if "spent" in windows:
        draft.add_window("spent", till.left)
    for key, predicate in draft.compiled.bought:
        times = sum(1 for line in command.lines if predicate(draft, line))
        draft.add_stat(key, times)
    last = draft.fact("last_purchase")
    if last is None or draft.today > last:
        draft.set_fact("last_purchase", draft.today)


def _announce(draft: Draft, data: dict[str, Scalar]) -> None:
    """The sale on the bus, with what it earned in all balances."""
    earned = {f"earned_{balance}": amount for balance, amount in draft.credited.items()}
    # The document's number stays out: entries are for ever, and must not point at a person's
    # receipt once he has been erased.
    draft.happenings.insert(0, Happening(PURCHASE, {**data, **earned}))
    for balance, amount in list(draft.credited.items()):
        draft.happen("value.earned", 1, balance=balance, amount=amount, source="purchase")

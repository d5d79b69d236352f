"""The form of rewards."""

from __future__ import annotations

from tessera.domain.programme.model import CodeMode, RewardKind, Trigger
from tessera.domain.programme.rewards import CHARACTERS
from tessera.domain.programme_shape import leaves
from tessera.domain.programme_shape.asking import Above0, AnyOf, Filled, Has, Inside, Is, Not
from tessera.domain.programme_shape.balances import EXPIRY, GRANT, PRICE
from tessera.domain.programme_shape.conditions import condition
from tessera.domain.programme_shape.earning import LIMITS
from tessera.domain.programme_shape.parts import Field, ListOf, Needs, Object, Only

AWARD = Object(
    {
        "trigger": Field(leaves.choice(Trigger), required=True),
        "reaches": Field(PRICE, "Of trigger balance: so much."),
        "every_time": Field(leaves.FLAG, "Of trigger balance: each time it is reached."),
        "group": Field(leaves.IDENTIFIER, "Of trigger tier; the first unless told."),
        "tiers": Field(leaves.SOME_WORDS, "Of trigger tier."),
        "keep_on_leaving": Field(leaves.FLAG, "Of trigger tier."),
        "event": Field(leaves.EVENT, "Of trigger event."),
        "if": Field(condition(), "Of trigger event."),
    },
    laws=(
        Only(("reaches", "every_time"), Is("trigger", ("balance",))),
        Only(("group", "tiers", "keep_on_leaving"), Is("trigger", ("tier",))),
        Only(("event", "if"), Is("trigger", ("event",))),
        Needs(Has("reaches"), "field_missing", "reaches", Is("trigger", ("balance",))),
        Needs(Has("tiers"), "field_missing", "tiers", Is("trigger", ("tier",))),
        Needs(Has("event"), "field_missing", "event", Is("trigger", ("event",))),
    ),
)

_MADE = Is("mode", ("none", "generated"))
CODE = Object(
    {
        "mode": Field(leaves.choice(CodeMode), required=True),
        "code": Field(leaves.TEXT, "Of mode shared: the one code for all."),
        "pool": Field(leaves.IDENTIFIER, "Of mode pool."),
        "prefix": Field(leaves.TEXT),
        "suffix": Field(leaves.TEXT),
        "length": Field(leaves.whole(6, 32)),
        "characters": Field(leaves.word(CHARACTERS)),
    },
    laws=(
        Only(("prefix", "suffix", "length", "characters"), _MADE),
        Only(("code",), Is("mode", ("shared",))),
        Only(("pool",), Is("mode", ("pool",))),
        Needs(Has("code"), "field_missing", "code", Is("mode", ("shared",))),
        Needs(Has("pool"), "field_missing", "pool", Is("mode", ("pool",))),
    ),
)

USE = Object(
    {
        "expiry": Field(EXPIRY, "How long the voucher is good."),
        "times": Field(leaves.whole(1, 1000)),
        "price": Field(PRICE, "What its use costs."),
        "stores": Field(leaves.WORDS),
        "channels": Field(leaves.WORDS),
        "from_amount": Field(leaves.AMOUNT, "On orders of so much at least."),
        "if": Field(condition()),
        "stackable": Field(leaves.FLAG),
    }
)

REWARD = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "kind": Field(leaves.choice(RewardKind), required=True),
        "internal_name": Field(leaves.TEXT, "Its name among colleagues."),
        "name": Field(leaves.TEXTS, "Its name for customers."),
        "description": Field(leaves.TEXTS),
        "public": Field(
            Object(
                {
                    "name": Field(leaves.TEXTS),
                    "description": Field(leaves.TEXTS),
                    "image": Field(leaves.IMAGE, "An uploaded image's name, or https://…"),
                }
            ),
            "What customers see.",
        ),
        "worth": Field(GRANT, "Of a discount or a gift card."),
        "credit": Field(PRICE, "Of kind credit."),
        "products": Field(leaves.WORDS, "Of kind product."),
        "price": Field(PRICE, "What it costs."),
        "requires": Field(PRICE, "What must have been gathered, and is kept."),
        "reserved_to": Field(
            Object(
                {
                    "group": Field(leaves.IDENTIFIER),
                    "tiers": Field(leaves.SOME_WORDS, required=True),
                }
            )
        ),
        "if": Field(condition()),
        "award": Field(ListOf(AWARD), "What awards it by itself."),
        "starts_at": Field(leaves.INSTANT),
        "ends_at": Field(leaves.INSTANT),
        "limits": Field(LIMITS),
        "budget": Field(leaves.whole(), "How many there are, over all members."),
        "code": Field(CODE),
        "use": Field(USE, "On which terms the voucher is used."),
        "listed": Field(leaves.FLAG, "Whether members see it."),
    },
    laws=(
        Only(("name",), Not(Inside("public", Filled("name")))),
        Only(("description",), Not(Inside("public", Filled("description")))),
        Needs(Has("credit"), "field_missing", "credit", Is("kind", ("credit",))),
        Needs(
            Inside("worth", AnyOf((Above0("discount"), Has("percent")))),
            "field_missing",
            "worth",
            Is("kind", ("discount",)),
        ),
        Needs(
            Inside("worth", Above0("discount")),
            "field_missing",
            "worth",
            Is("kind", ("gift_card",)),
        ),
        Needs(Filled("products"), "field_missing", "products", Is("kind", ("product",))),
    ),
)

"""Bindings of the routes of cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tessera.application.manage_cards import block_card, reissue_card, replace_card, unblock_card
from tessera.application.requests import Answer, Writing
from tessera.application.services import Services
from tessera.entrypoints.call import Binding, Call


def _bound(use_case: Callable[[Services, Writing, str], Answer]) -> Binding:
    def binding(call: Call) -> Answer:
        return use_case(call.services, call.writing(), call.path["card"])

    return binding


CARD_BINDINGS: Mapping[str, Binding] = {
    "block_card": _bound(block_card),
    "unblock_card": _bound(unblock_card),
    "reissue_card": _bound(reissue_card),
    "replace_card": _bound(replace_card),
}

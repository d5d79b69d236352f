"""A return tried before it is recorded: it can't be taken back afterwards (X-05, A-05)."""

from __future__ import annotations

from typing import Any

from tessera.application.asking import Protocol_
from tessera.application.find_goods import goods_view
from tessera.application.quoting import quoted_result
from tessera.application.record_return import decide_return, identity_of
from tessera.application.requests import Writing
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.explain import Reader


def quote_return(
    services: Services, writing: Writing, reader: Reader = Reader.AUDITOR
) -> dict[str, Json]:
    """What a credit note would take and give back, with the reasons; nothing is written.

    Takes the body of a return, whose document may not exist yet. Raises what the return would.
    """
    writing.caller.require("purchases:write")
    document: Any = writing.body["document"]
    writing.caller.require_store(document["store"])
    return services.driver.run(_quote(writing, reader))


def _quote(writing: Writing, reader: Reader) -> Protocol_[dict[str, Json]]:
    decided = yield from decide_return(writing, identity_of(writing), writing.seed + b"\0")
    done = decided.reversal
    return {
        "member_id": done.found.member,
        "original": writing.body.get("original"),
        "returned": decided.returned,
        "goods": [goods_view(item) for item in decided.goods],
        "results": [
            quoted_result(
                posted.before,
                posted.programme,
                posted.decision,
                done.command,
                writing.caller.language,
                reader,
            )
            for posted in done.posts
        ],
    }

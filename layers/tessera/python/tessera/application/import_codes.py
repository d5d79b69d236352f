"""Pools of codes that the merchant brings: membership numbers, vouchers of a partner (B-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tessera.application.ports import Pools
from tessera.application.requests import Caller
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.programme.reader import is_identifier

CODE_LENGTH_MAX = 40
CODES_MAX = 1_000
"""Some thirty transactions in a row: what is sure to be done before the gateway gives up."""


def import_codes(
    pools: Pools, caller: Caller, pool: str, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Add codes to a pool. A code that is there already, or that somebody was given, changes
    nothing: a file may be brought again.

    Raises InvalidInput for a name that no programme could give a pool, and naming the first code
    that is empty, too long or not printable.
    """
    caller.require("programmes:write")
    if not is_identifier(pool):
        raise InvalidInput("not_an_identifier", field="pool")
    codes: Sequence[str] = body["codes"]
    if not 1 <= len(codes) <= CODES_MAX:
        raise InvalidInput("codes_out_of_range", field="/codes", params={"codes_max": CODES_MAX})
    for place, code in enumerate(codes):
        if not 1 <= len(code) <= CODE_LENGTH_MAX or not code.isprintable() or "#" in code:
            raise InvalidInput("code_malformed", field=f"/codes/{place}")
    pools.add(pool, codes)
    return {"pool": pool, "received": len(set(codes))}

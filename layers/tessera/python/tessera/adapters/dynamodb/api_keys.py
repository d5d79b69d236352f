"""API keys in the table.

`S#key#<hash>`/`S` is what the authorizer reads: one read unit, nothing but the rights.
`S#keys`/`<id>` is the register that administrators list. Both are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Store, Value
from tessera.application.credentials import ACTIVE, REVOKED, ApiKey, Grant
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.domain.errors import Unavailable

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class StoreApiKeys:
    """`credentials.ApiKeys` on a `Store`."""

    store: Store
    live: bool

    @property
    def prefix(self) -> str:
        return "tk_live_" if self.live else "tk_test_"

    def issue(self, key: ApiKey) -> bool:
        return self._write(key, Absent(), f"issue-{key.secret_hash[:24]}")

    def find(self, credential: str) -> ApiKey | None:
        item = self.store.get(keys.API_KEYS, credential)
        return _key_of(item) if item else None

    def listed(self, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        items = self.store.query(keys.API_KEYS, "key_", limit=limit, after=after)
        return [_key_of(item) for item in items]

    def revoke(self, key: ApiKey) -> ApiKey:
        revoked = replace(key, status=REVOKED)
        if key.status == ACTIVE:
            # Where another revocation came between, the key is as this one wants it.
            self._write(revoked, Equals("st", ACTIVE), f"revoke-{key.secret_hash[:24]}")
        return revoked

    def grant(self, secret_hash: str) -> Grant | None:
        item = self.store.get(keys.api_key(secret_hash), "S")
        if item is None:
            return None
        return Grant(
            credential=str(item["c"]),
            scopes=_texts(item["sc"]) or (),
            stores=_texts(item["so"]),
            status=str(item["st"]),
            expires_at_ms=_optional_number(item["x"]),
            secret_hash=str(item["kh"]),
        )

    def _write(self, key: ApiKey, condition: Condition, token: str) -> bool:
        """Both rows under one condition; False where it does not hold."""
        rights: Item = {
            "sv": LAYOUT,
            "sc": list(key.scopes),
            "so": None if key.stores is None else list(key.stores),
            "st": key.status,
            "x": key.expires_at_ms,
            "kh": key.secret_hash,
        }
        grant: Item = {
            "pk": keys.api_key(key.secret_hash),
            "sk": "S",
            "t": "S",
            "c": key.id,
            **rights,
        }
        listed: Item = {
            "pk": keys.API_KEYS,
            "sk": key.id,
            "t": "SK",
            "lb": key.label,
            "at": key.created_at_ms,
            "by": key.created_by,
            "rh": key.request_hash,
            **rights,
        }
        outcome = self.store.transact(
            [Operation("put", grant, condition), Operation("put", listed, condition)], token
        )
        if isinstance(outcome, Committed):
            return True
        if isinstance(outcome, Cancelled) and Reason.CONDITION in outcome.reasons:
            return False
        raise Unavailable


def _key_of(item: Item) -> ApiKey:
    request_hash = item["rh"]
    created_at_ms = item["at"]
    assert isinstance(request_hash, bytes)
    assert isinstance(created_at_ms, int)
    return ApiKey(
        id=str(item["sk"]),
        label=str(item["lb"]),
        scopes=_texts(item["sc"]) or (),
        stores=_texts(item["so"]),
        status=str(item["st"]),
        created_at_ms=created_at_ms,
        created_by=str(item["by"]),
        expires_at_ms=_optional_number(item["x"]),
        secret_hash=str(item["kh"]),
        request_hash=request_hash,
    )


def _texts(value: Value) -> tuple[str, ...] | None:
    return tuple(str(part) for part in value) if isinstance(value, list) else None


def _optional_number(value: Value) -> int | None:
    return value if isinstance(value, int) else None

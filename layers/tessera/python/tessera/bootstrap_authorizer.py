"""The authorizer's own wiring.

It stands before every cold start of a till and needs who may call and nothing else, so
it does not wait for what `bootstrap` imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from tessera.adapters.dynamodb.api_keys import StoreApiKeys
from tessera.adapters.dynamodb.clock import WallClock
from tessera.adapters.dynamodb.table import DynamoTable
from tessera.adapters.dynamodb.tills import StoreTills
from tessera.settings import Settings, settings

# Tills show keys: what tokens need is imported when the first token is shown.
if TYPE_CHECKING:
    from tessera.adapters.oidc import OidcTokens


@dataclass
class Container:
    """The keys, and a clock that nobody can move."""

    settings: Settings

    @cached_property
    def table(self) -> DynamoTable:
        """The one table."""
        return DynamoTable(self.settings.table_name, self.settings.region)

    @cached_property
    def api_keys(self) -> StoreApiKeys:
        """The keys of the stack."""
        return StoreApiKeys(self.table, live=self.settings.is_production)

    @cached_property
    def tills(self) -> StoreTills:
        """The enrolled tills."""
        return StoreTills(self.table)

    @cached_property
    def staff_tokens(self) -> OidcTokens | None:
        """Tokens of the identity provider of the staff; None where there is no such provider."""
        issuer = self.settings.oidc_issuer
        if not issuer:
            return None
        from tessera.adapters.oidc import OidcTokens

        return OidcTokens(issuer, self.settings.oidc_audience, self.settings.oidc_roles_claim)

    @cached_property
    def wall_clock(self) -> WallClock:
        """Credentials live and die by the wall clock, whatever the business clock says."""
        return WallClock()


@cache
def container() -> Container:
    """The container of this process."""
    return Container(settings())

"""What a use case is handed: the ports, wired once by `bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.application.articles import Articles
from tessera.application.card_codes import CodeKeys, Paces, Scans
from tessera.application.clerks import Clerks
from tessera.application.credentials import ApiKeys
from tessera.application.journal import Journal
from tessera.application.ports import (
    Candidates,
    Cards,
    CardSteps,
    Clock,
    Driver,
    Entries,
    Entropy,
    Erasures,
    Links,
    Pools,
    Programmes,
)
from tessera.application.tills import Signatures, Tills


@dataclass(frozen=True, slots=True)
class Services:
    """The ports of one container, as values of their protocols.

    `clock` is business time; `wall_clock` cannot be moved, and rules the life of credentials.
    """

    driver: Driver
    clock: Clock
    entropy: Entropy
    entries: Entries
    programmes: Programmes
    cards: Cards
    candidates: Candidates
    links: Links
    api_keys: ApiKeys
    erasures: Erasures
    pools: Pools
    wall_clock: Clock
    codes: CodeKeys
    scans: Scans
    paces: Paces
    card_steps: CardSteps
    tills: Tills
    clerks: Clerks
    journal: Journal
    signatures: Signatures
    articles: Articles

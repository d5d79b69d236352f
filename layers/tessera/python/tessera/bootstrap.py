"""The one place that sees everything: wires settings, adapters and use cases together.

Nothing is made at import. `container()` makes what it is asked for once per process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from tessera.adapters.code_keys import DerivedCodeKeys
from tessera.adapters.dynamodb.api_keys import StoreApiKeys
from tessera.adapters.dynamodb.articles import StoreArticles
from tessera.adapters.dynamodb.card_steps import StoreCardSteps
from tessera.adapters.dynamodb.clock import MovableClock, WallClock
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCandidates, StoreCards, StoreEntries
from tessera.adapters.dynamodb.erasures import StoreErasures
from tessera.adapters.dynamodb.journal import StoreJournal
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rates import StorePaces
from tessera.adapters.dynamodb.rows import Codec
from tessera.adapters.dynamodb.scans import StoreScans
from tessera.adapters.dynamodb.shared import StorePools
from tessera.adapters.dynamodb.table import DynamoTable, Store
from tessera.adapters.dynamodb.tills import StoreClerks, StoreTills
from tessera.adapters.links import SignedLinks
from tessera.adapters.secrets import KeySecrets, SecretMissing, read_secret
from tessera.adapters.signatures import EcdsaSignatures
from tessera.application.ports import Clock
from tessera.application.services import Services
from tessera.settings import Settings, settings

# Imported where they are made: a till shouldn't start more slowly for what it never uses.
if TYPE_CHECKING:
    from tessera.adapters.apple.certificates import AppleCertificates
    from tessera.adapters.design_vault import S3DesignVault, S3ImageVault
    from tessera.adapters.designs import Designs
    from tessera.adapters.dynamodb.card_faces import StoreDesigns
    from tessera.adapters.dynamodb.occasions import StoreCursors, StoreDueIndex
    from tessera.adapters.dynamodb.tallies import StoreTallies
    from tessera.adapters.eventbridge import EventBus
    from tessera.adapters.google.pace import Pace
    from tessera.adapters.printing.printer import SheetPrinter
    from tessera.adapters.queues import SqsOccasions
    from tessera.application.card_face import PushErrand, PushQueue
    from tessera.application.card_ports import CardServices, GoogleErrand
    from tessera.application.changes import Change
    from tessera.application.occasions import DueBatch
    from tessera.application.printing import Colours
    from tessera.application.programme_desk import ProgrammeServices
    from tessera.application.push_face import FaceServices
    from tessera.application.request_upload import UploadServices
    from tessera.application.upload_design import DesignServices
    from tessera.application.upload_image import ImageServices
    from tessera.application.uploads import UploadBox
    from tessera.application.verify_nightly import Night


def _optional_secret(secret_id: str) -> str:
    """The secret's text, empty where nobody filled it in: a shop may offer one wallet only."""
    try:
        return read_secret(secret_id)
    except SecretMissing:
        return ""


class SystemEntropy:
    """`ports.Entropy` from the operating system."""

    def bytes(self, length: int) -> bytes:
        return os.urandom(length)


@dataclass
class Container:
    """Everything that a function may need, made when it is first asked for."""

    settings: Settings
    remaining_ms: Callable[[], int] | None = None
    """Lambda's own count of the time left in the running invocation."""

    @cached_property
    def keys(self) -> KeySecrets:
        return KeySecrets.of(read_secret(self.settings.keys_secret_id))

    @cached_property
    def table(self) -> DynamoTable:
        return DynamoTable(self.settings.table_name, self.settings.region)

    @property
    def store(self) -> Store:
        return self.table

    @cached_property
    def programmes(self) -> StoreProgrammes:
        return StoreProgrammes(self.store, now_ms=self.clock.now_ms)

    @cached_property
    def codec(self) -> Codec:
        return Codec(self.keys.lookup)

    @cached_property
    def driver(self) -> StoreDriver:
        driver = StoreDriver(self.store, self.codec, self.programmes)
        driver.remaining_ms = self.remaining_ms
        return driver

    @cached_property
    def clock(self) -> Clock:
        if self.settings.stage == "production":
            return WallClock()
        return MovableClock(self.store)

    @cached_property
    def api_keys(self) -> StoreApiKeys:
        return StoreApiKeys(self.store, live=self.settings.is_production)

    @cached_property
    def wall_clock(self) -> Clock:
        return WallClock()

    @cached_property
    def services(self) -> Services:
        return Services(
            driver=self.driver,
            clock=self.clock,
            entropy=SystemEntropy(),
            entries=StoreEntries(self.store),
            programmes=self.programmes,
            cards=StoreCards(self.store),
            candidates=StoreCandidates(self.store, self.keys.lookup),
            links=SignedLinks(self.settings.public_url, self.keys.card_link),
            erasures=StoreErasures(self.store, self.keys.lookup),
            pools=StorePools(self.store, self.keys.lookup),
            api_keys=self.api_keys,
            wall_clock=self.wall_clock,
            codes=DerivedCodeKeys(self.keys.card_code),
            scans=StoreScans(self.store),
            card_steps=StoreCardSteps(self.store),
            paces=StorePaces(self.store, self.wall_clock.now_ms),
            tills=StoreTills(self.store),
            clerks=StoreClerks(self.store),
            journal=StoreJournal(self.store),
            signatures=EcdsaSignatures(),
            articles=StoreArticles(self.store),
        )

    @cached_property
    def programme_services(self) -> ProgrammeServices:
        """The ports of those who work on programmes; tills start without them."""
        from tessera.adapters.dynamodb.programme_desk import StoreProgrammeDesk
        from tessera.application.programme_desk import ProgrammeServices

        return ProgrammeServices(
            driver=self.driver,
            clock=self.clock,
            programmes=self.programmes,
            api_keys=self.api_keys,
            articles=StoreArticles(self.store),
            desk=StoreProgrammeDesk(self.store),
            tallies=self.counting,
        )

    @property
    def counting(self) -> StoreTallies:
        """The counts that the outbox keeps."""
        from tessera.adapters.dynamodb.tallies import StoreTallies

        return StoreTallies(self.store)

    @cached_property
    def bus(self) -> EventBus:
        from tessera.adapters.eventbridge import EventBus

        return EventBus(self.settings.event_bus_name)

    def change_of(self, image: Mapping[str, Any]) -> Change | None:
        """The change that a row's image in the stream tells."""
        from tessera.adapters.dynamodb.changes import change_of

        return change_of(image)

    @cached_property
    def due_index(self) -> StoreDueIndex:
        from tessera.adapters.dynamodb.occasions import StoreDueIndex

        return StoreDueIndex(self.store)

    @cached_property
    def cursors(self) -> StoreCursors:
        from tessera.adapters.dynamodb.occasions import StoreCursors

        return StoreCursors(self.store)

    @cached_property
    def occasion_queue(self) -> SqsOccasions:
        from tessera.adapters.queues import SqsOccasions

        return SqsOccasions(self.settings.occasions_queue_url)

    def batch_of(self, message: str) -> DueBatch:
        """The rows that a message of the occasions queue names."""
        from tessera.adapters.queues import batch_of

        return batch_of(message)

    def fresh_clock(self) -> Clock:
        """A clock that has remembered nothing: a schedule acts on the day that is, at once."""
        if self.settings.stage == "production":
            return WallClock()
        return MovableClock(self.store)

    def night(self, time_left_ms: Callable[[], int]) -> Night:
        """The ports of one run of the nightly verification."""
        from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
        from tessera.adapters.dynamodb.verification import StoreAccountPages, StoreProgress
        from tessera.adapters.root_vault import KmsSigner, S3RootVault
        from tessera.application.verify_nightly import Night

        return Night(
            rows=StoreLedgerRows(self.table),
            pages=StoreAccountPages(self.table),
            vault=S3RootVault(lambda: self.settings.roots_bucket),
            signer=KmsSigner(lambda: self.settings.roots_key_id),
            progress=StoreProgress(self.store),
            time_left_ms=time_left_ms,
        )

    @cached_property
    def designs(self) -> Designs:
        from tessera.adapters.designs import Designs

        return Designs(load=self.design_vault.load)

    @cached_property
    def design_vault(self) -> S3DesignVault:
        from tessera.adapters.design_vault import S3DesignVault

        return S3DesignVault(lambda: self.settings.assets_bucket)

    def design_image(self, design: str, name: str) -> bytes | None:
        """An image of a card design; None where there is no such image."""
        found = self.designs.find(design)
        return found.google_image(name) if found else None

    @cached_property
    def face_services(self) -> FaceServices:
        """The ports of pushes."""
        from tessera.adapters.dynamodb.card_faces import StoreFaces
        from tessera.application.push_face import FaceServices

        return FaceServices(
            self.services, StoreFaces(self.store), self.design_shelf, self.push_queue
        )

    @cached_property
    def image_vault(self) -> S3ImageVault:
        from tessera.adapters.design_vault import S3ImageVault

        return S3ImageVault(lambda: self.settings.assets_bucket)

    @cached_property
    def image_services(self) -> ImageServices:
        """The ports of images of balances and rewards."""
        from tessera.application.upload_image import ImageServices

        return ImageServices(self.image_vault, self.services.links, self.upload_box)

    @cached_property
    def upload_box(self) -> UploadBox:
        from tessera.adapters.upload_box import S3UploadBox

        return S3UploadBox(lambda: self.settings.assets_bucket)

    @cached_property
    def upload_services(self) -> UploadServices:
        """The ports of uploads."""
        from tessera.application.request_upload import UploadServices

        return UploadServices(self.upload_box, self.wall_clock)

    @cached_property
    def design_services(self) -> DesignServices:
        """The ports of designs. Only one function has the layers for it."""
        from tessera.adapters.design_workshop import DesignWorkshop
        from tessera.application.upload_design import DesignServices

        return DesignServices(
            self.design_shelf, DesignWorkshop(self.designs), self.wall_clock, self.upload_box
        )

    @cached_property
    def design_shelf(self) -> StoreDesigns:
        from tessera.adapters.dynamodb.card_faces import StoreDesigns

        def is_shipped(name: str) -> bool:
            return self.designs.find(name) is not None

        return StoreDesigns(self.store, is_shipped, self.design_vault.keep)

    @cached_property
    def push_queue(self) -> PushQueue:
        from tessera.adapters.push_queue import SqsPushQueue

        return SqsPushQueue(lambda: self.settings.pushes_queue_url)

    def push_errand_of(self, body: str, received: int) -> PushErrand:
        """The errand of a message of the queue of pushes."""
        from tessera.adapters.push_queue import push_errand_of

        return push_errand_of(body, received)

    @cached_property
    def certificates(self) -> AppleCertificates:
        """Apple's certificates, for whoever watches over them."""
        from tessera.adapters.apple.cards import AppleAccount
        from tessera.adapters.apple.certificates import AppleCertificates

        secret_id = self.settings.apple_secret_id
        return AppleCertificates(lambda: AppleAccount.of(_optional_secret(secret_id)))

    @cached_property
    def printer(self) -> SheetPrinter:
        from tessera.adapters.printing.printer import SheetPrinter

        def colours(design: str) -> Colours:
            from tessera.application.printing import Colours

            return Colours(*self.designs.design(design).colours)

        return SheetPrinter(colours)

    @cached_property
    def card_services(self) -> CardServices:
        """The ports of cards. Imported here: only two functions have the layers for it."""
        from tessera.adapters.apple.apns import ApnsPushes
        from tessera.adapters.apple.cards import AppleAccount, SignedAppleCards
        from tessera.adapters.card_queues import SqsCardQueues
        from tessera.adapters.dynamodb.card_faces import StoreFaces
        from tessera.adapters.dynamodb.cards import StoreIssuedCards
        from tessera.adapters.dynamodb.rates import StoreAdmission
        from tessera.adapters.google.callbacks import GoogleCallbacks
        from tessera.adapters.google.jwt import GoogleAccount
        from tessera.adapters.google.wallet import GoogleWalletCards
        from tessera.adapters.tokens import SignedTokens
        from tessera.application.card_ports import CardServices, Haste

        config = self.settings

        def apple_account() -> AppleAccount | None:
            return AppleAccount.of(_optional_secret(config.apple_secret_id))

        def google_account() -> GoogleAccount | None:
            return GoogleAccount.of(_optional_secret(config.google_secret_id))

        return CardServices(
            core=self.services,
            store=StoreIssuedCards(self.store),
            tokens=SignedTokens(self.keys.card_token),
            apple=SignedAppleCards(apple_account, f"{config.public_url}/apple", self.designs),
            google=GoogleWalletCards(
                google_account,
                config.google_wallet_url,
                config.google_save_url,
                config.public_url,
                self.designs,
                self.google_pace,
            ),
            admission=StoreAdmission(self.store, self.wall_clock.now_ms),
            google_callbacks=GoogleCallbacks(google_account, config.google_keys_url),
            faces=StoreFaces(self.store),
            push_queue=self.push_queue,
            pushes=ApnsPushes(config.apns_url, apple_account, self._remaining_s),
            queues=SqsCardQueues(
                lambda: config.cards_queue_url,
                {
                    Haste.TILL: lambda: config.google_queue_url,
                    Haste.CAMPAIGN: lambda: config.google_campaigns_queue_url,
                },
            ),
        )

    @cached_property
    def google_pace(self) -> Pace:
        from tessera.adapters.dynamodb.rates import StoreRate
        from tessera.adapters.google.pace import BULK_INTERVAL_MS, NEW_INTERVAL_MS, Pace

        wall_ms = self.wall_clock.now_ms
        return Pace(
            StoreRate(self.store, "google-bulk", BULK_INTERVAL_MS, wall_ms),
            StoreRate(self.store, "google-new", NEW_INTERVAL_MS, wall_ms),
            wall_ms,
        )

    def errand_of(self, message: str, body: str) -> GoogleErrand:
        """The errand of a message of a Google queue."""
        from tessera.adapters.card_queues import errand_of

        return errand_of(message, body)

    def _remaining_s(self) -> float:
        """Seconds that outward calls may take, a margin for the answer kept back."""
        return (self.remaining_ms() - 1000) / 1000 if self.remaining_ms else 8.0

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins. Nothing is made for it that it does not ask for."""
        self.remaining_ms = remaining_ms
        if "driver" in vars(self):
            self.driver.remaining_ms = remaining_ms


@cache
def container() -> Container:
    """The container of this process."""
    return Container(settings())

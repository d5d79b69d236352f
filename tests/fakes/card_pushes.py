"""Where designs and images lie and pushes wait, without S3 and SQS."""

from __future__ import annotations

from dataclasses import dataclass, field

from tessera.application.card_face import PushErrand
from tessera.application.uploads import UploadTicket
from tessera.domain.uploads import Upload


@dataclass
class RecordedPushes:
    """`card_face.PushQueue` that keeps what it is given, and after how many seconds it comes."""

    waiting: list[tuple[PushErrand, int]] = field(default_factory=list)

    def go_on(self, errand: PushErrand, delay_s: int) -> None:
        self.waiting.append((errand, delay_s))


@dataclass
class Drawer:
    """The vault of card designs."""

    bundles: dict[str, bytes] = field(default_factory=dict)

    def load(self, design: str) -> bytes | None:
        return self.bundles.get(design)

    def keep(self, design: str, bundle: bytes) -> None:
        self.bundles[design] = bundle


@dataclass
class Box:
    """`application.uploads.UploadBox` that a test puts files into."""

    files: dict[str, bytes] = field(default_factory=dict)

    def ticket(self, upload: Upload, life_s: int) -> UploadTicket:
        return UploadTicket(f"https://s3.example/{upload.name}?life={life_s}", {})

    def load(self, name: str) -> bytes | None:
        return self.files.get(name)


@dataclass
class Album:
    """The vault of images."""

    images: dict[str, bytes] = field(default_factory=dict)

    def load(self, name: str) -> bytes | None:
        return self.images.get(name)

    def keep(self, name: str, content: bytes, _media_type: str) -> None:
        self.images[name] = content

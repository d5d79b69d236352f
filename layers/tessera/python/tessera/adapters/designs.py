"""Card designs: folders of images, texts and one `design.json`, read once per container.

Designs that a merchant uploads are the same files in one archive, named by the hash of its content.
In Lambda the folder `wallet_assets` is a layer, whose root is /opt; where layers are emulated
its root is on Python's path instead, and a checkout has the folder itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from passbook import Assets, archive
from passbook.assets import is_shipped
from tessera.adapters.stamps import HERO_POINTS, STRIP_POINTS, StampArt, stamp_strip
from tessera.application.card_view import BalanceLine, CardView, TierLine

DEFAULT_DESIGN = "tessera"
STAMP_DESIGN = "stamps"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_STORED = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\.[0-9a-f]{24}")
_IMAGE = re.compile(r"[a-z0-9-]{1,40}\.png")
_STAMPS = re.compile(r"stamps-(\d{1,3})-of-(\d{1,3})\.png")
SCALES = (("", 1), ("@2x", 2), ("@3x", 3))
THEMES = "themes"
"""The folder of what only some cards hold: `themes/gold/strip@2x.png`."""

STAMPS_MAX = 100
"""As many as a programme may ask for."""


@dataclass(frozen=True)
class Design:
    """One design. `document` is its design.json: `apple` is the pass, `google` the class."""

    id: str
    files: Mapping[str, bytes]
    """Every file of the design's folder, by its path in it."""

    @classmethod
    def from_directory(cls, name: str, directory: Path) -> Design:
        """The design of a folder."""
        paths = sorted(path for path in directory.rglob("*") if path.is_file())
        files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}
        return cls(name, files)

    @classmethod
    def from_bundle(cls, name: str, bundle: bytes) -> Design:
        """The design of a bundle. Raises ValueError where its content is not what `name` says."""
        if name != stored_name(name.partition(".")[0], bundle):
            raise ValueError("the bundle is not the design of that name")
        return cls(name, archive.read(bundle))

    @property
    def bundle(self) -> bytes:
        """The files as one archive, the same bytes for the same files."""
        return archive.Spliced().with_members(sorted(self.files.items()))

    @cached_property
    def document(self) -> Mapping[str, Any]:
        content: dict[str, Any] = json.loads(self.files["design.json"])
        return content

    @cached_property
    def assets(self) -> Assets:
        """Images and texts as a pass holds them."""
        return Assets({path: data for path, data in self.files.items() if is_shipped(path)})

    @cached_property
    def stamp_art(self) -> StampArt | None:
        """The colours of the stamps; None for a design that has none."""
        content = self.document.get("stamps")
        return StampArt.of(content) if content else None

    def strip_files(self, stamps: BalanceLine | None, theme: int) -> Mapping[str, bytes]:
        """The strip at Apple's three scales where it is the card's own: so many stamps, or the
        picture of its tier; nothing where all cards have the same."""
        if stamps is None or self.stamp_art is None:
            return self._theme_files.get(self.theme_strip(theme), {})
        return {
            f"strip{suffix}.png": stamp_strip(
                self.stamp_art, stamps.amount, stamps.stamps, STRIP_POINTS, scale
            )
            for suffix, scale in SCALES
        }

    @cached_property
    def _theme_files(self) -> Mapping[str, Mapping[str, bytes]]:
        """The strips of themes, by their names."""
        found: dict[str, dict[str, bytes]] = {}
        for path, data in self.files.items():
            parts = path.split("/")
            if parts[0] == THEMES and len(parts) == 3:
                found.setdefault(parts[1], {})[parts[2]] = data
        return found

    @cached_property
    def _themes(self) -> Sequence[Mapping[str, str]]:
        return self.document.get("themes") or ({},)

    def theme_number(self, tier: TierLine | None) -> int:
        """The theme of a tier, the last one for all above it; -1 for a card without a tier."""
        return -1 if tier is None else max(0, min(tier.rank, len(self._themes) - 1))

    def theme(self, number: int) -> Mapping[str, str]:
        """The colours that a theme lays over those of the pass."""
        laid = self._themes[number] if number >= 0 else {}
        return {key: value for key, value in laid.items() if key != "strip"}

    def theme_strip(self, number: int) -> str:
        """The name of the picture that a theme has for itself; "" where it has none."""
        return self._themes[number].get("strip", "") if number >= 0 else ""

    @property
    def colours(self) -> tuple[str, str]:
        """The background and the text on it, as `#rrggbb`: what printed things take."""
        foreground = re.findall(r"\d+", self.document["apple"]["foregroundColor"])
        text = "#" + "".join(f"{int(part):02x}" for part in foreground)
        return str(self.document["google"]["background"]), text

    def google_image(self, name: str) -> bytes | None:
        """An image that Google fetches, by its file name; None where there is no such image."""
        drawn = _STAMPS.fullmatch(name)
        if drawn and self.stamp_art:
            count, total = int(drawn[1]), int(drawn[2])
            if not 0 < total <= STAMPS_MAX or count > total:
                return None
            return stamp_strip(self.stamp_art, count, total, HERO_POINTS, 3)
        return self.files.get(f"google/{name}") if _IMAGE.fullmatch(name) else None

    def google_version(self, name: str) -> str:
        """A short hash of such an image: Google keeps what an address once gave it."""
        if _STAMPS.fullmatch(name):
            content = json.dumps(self.document.get("stamps"), sort_keys=True).encode()
        else:
            content = self.google_image(name) or b""
        return hashlib.sha256(content).hexdigest()[:12]

    def say(self, language: str, text: str, **values: str) -> str:
        """A sentence of the design in a language, with its names filled in.

        The key is the English sentence. One that the design does not know is said as it is.
        """
        found = self._texts.get((language, text), text)
        return found.format_map(values) if values else found

    @cached_property
    def _texts(self) -> Mapping[tuple[str, str], str]:
        return {
            (language, key): text
            for language, texts in self.assets.strings.items()
            for key, text in texts.items()
        }


def default_roots() -> Sequence[Path]:
    """Where designs may lie, the most likely place first."""
    bases = [Path("/opt"), *(Path(entry or ".") for entry in sys.path)]
    return [root for base in bases for root in (base / "wallet_assets", base)]


def stored_name(name: str, bundle: bytes) -> str:
    """The id of an uploaded design: its name, and 96 bits of the hash of its content."""
    return f"{name}.{hashlib.sha256(bundle).hexdigest()[:24]}"


@dataclass(frozen=True)
class Designs:
    """The designs of this deployment: folders that came with the code, and uploaded bundles.

    `load` gives the bundle of an id, or None; a bundle never changes, so each is read once.
    """

    roots: Sequence[Path] = field(default_factory=default_roots)
    load: Callable[[str], bytes | None] | None = None
    _known: dict[str, Design] = field(default_factory=dict)

    def of(self, view: CardView) -> Design:
        """The design that a card wears, or the one that suits its balances."""
        return self.design(view.design, _suiting(view))

    def shared_by(self, view: CardView) -> Design:
        """The design of what all cards of the view's programme share."""
        return self.design(view.shared_design, _suiting(view))

    def design(self, name: str, default: str = DEFAULT_DESIGN) -> Design:
        """The design of that name; the default one where none of that name is here."""
        found = self.find(name) or self.find(default)
        if found is None:
            raise FileNotFoundError("no card design is deployed: wallet_assets is missing")
        return found

    def find(self, name: str) -> Design | None:
        """The design of that name, or None."""
        known = self._known.get(name)
        if known is None:
            known = self._shipped(name) if _NAME.fullmatch(name) else self._stored(name)
            if known is not None:
                self._known[name] = known
        return known

    def _shipped(self, name: str) -> Design | None:
        for root in self.roots:
            if (root / name / "design.json").is_file():
                return Design.from_directory(name, root / name)
        return None

    def _stored(self, name: str) -> Design | None:
        if self.load is None or not _STORED.fullmatch(name):
            return None
        bundle = self.load(name)
        return Design.from_bundle(name, bundle) if bundle else None


def _suiting(view: CardView) -> str:
    return STAMP_DESIGN if view.stamps else DEFAULT_DESIGN

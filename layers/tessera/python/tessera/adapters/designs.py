"""Card designs: folders of images, texts and one `design.json`, read once per container.

In Lambda the folder `wallet_assets` is a layer, whose root is /opt; where layers are emulated
its root is on Python's path instead, and a checkout has the folder itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from passbook import Assets
from tessera.adapters.stamps import HERO_POINTS, STRIP_POINTS, StampArt, stamp_strip
from tessera.application.card_view import BalanceLine, CardView, TierLine

DEFAULT_DESIGN = "tessera"
STAMP_DESIGN = "stamps"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_IMAGE = re.compile(r"[a-z0-9-]{1,40}\.png")
_STAMPS = re.compile(r"stamps-(\d{1,3})-of-(\d{1,3})\.png")
STAMPS_MAX = 100
"""As many as a programme may ask for."""


@dataclass(frozen=True)
class Design:
    """One design. `document` is its design.json: `apple` is the pass, `google` the class."""

    id: str
    directory: Path

    @cached_property
    def document(self) -> Mapping[str, Any]:
        content: dict[str, Any] = json.loads((self.directory / "design.json").read_text("utf-8"))
        return content

    @cached_property
    def assets(self) -> Assets:
        """Images and texts as a pass holds them."""
        return Assets.from_directory(self.directory)

    @cached_property
    def stamp_art(self) -> StampArt | None:
        """The colours of the stamps; None for a design that has none."""
        content = self.document.get("stamps")
        return StampArt.of(content) if content else None

    def strip_files(self, stamps: BalanceLine | None) -> Mapping[str, bytes]:
        """The strips of a stamp card at Apple's three scales; nothing where there are none."""
        if stamps is None or self.stamp_art is None:
            return {}
        return {
            f"strip{suffix}.png": stamp_strip(
                self.stamp_art, stamps.amount, stamps.stamps, STRIP_POINTS, scale
            )
            for suffix, scale in (("", 1), ("@2x", 2), ("@3x", 3))
        }

    def theme(self, tier: TierLine | None) -> Mapping[str, str]:
        """The colours that a tier lays over those of the pass."""
        themes: Sequence[Mapping[str, str]] = self.document.get("themes", ())
        if tier is None or not themes:
            return {}
        return themes[max(0, min(tier.rank, len(themes) - 1))]

    def google_image(self, name: str) -> bytes | None:
        """An image that Google fetches, by its file name; None where there is no such image."""
        drawn = _STAMPS.fullmatch(name)
        if drawn and self.stamp_art:
            count, total = int(drawn[1]), int(drawn[2])
            if not 0 < total <= STAMPS_MAX or count > total:
                return None
            return stamp_strip(self.stamp_art, count, total, HERO_POINTS, 3)
        path = self.directory / "google" / name
        return path.read_bytes() if _IMAGE.fullmatch(name) and path.is_file() else None

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
        return self.assets.strings.get(language, {}).get(text, text).format_map(values)


def default_roots() -> Sequence[Path]:
    """Where designs may lie, the most likely place first."""
    bases = [Path("/opt"), *(Path(entry or ".") for entry in sys.path)]
    return [root for base in bases for root in (base / "wallet_assets", base)]


@dataclass(frozen=True)
class Designs:
    """The designs of this deployment."""

    roots: Sequence[Path] = field(default_factory=default_roots)
    _known: dict[str, Design] = field(default_factory=dict)

    def of(self, view: CardView) -> Design:
        """The design that a card's programme names, or the one that suits its balances."""
        return self.design(view.design, STAMP_DESIGN if view.stamps else DEFAULT_DESIGN)

    def design(self, name: str, default: str = DEFAULT_DESIGN) -> Design:
        """The design of that name; the default one where none of that name is here."""
        wanted = name if _NAME.fullmatch(name) and self._find(name) else default
        if wanted not in self._known:
            found = self._find(wanted)
            if found is None:
                raise FileNotFoundError("no card design is deployed: wallet_assets is missing")
            self._known[wanted] = found
        return self._known[wanted]

    def _find(self, name: str) -> Design | None:
        known = self._known.get(name)
        if known is not None:
            return known
        for root in self.roots:
            if (root / name / "design.json").is_file():
                return Design(name, root / name)
        return None

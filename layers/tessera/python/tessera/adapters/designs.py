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

DEFAULT_DESIGN = "tessera"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_IMAGE = re.compile(r"[a-z0-9-]{1,40}\.png")


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

    def google_image(self, name: str) -> bytes | None:
        """An image that Google fetches, by its file name; None where there is no such image."""
        path = self.directory / "google" / name
        return path.read_bytes() if _IMAGE.fullmatch(name) and path.is_file() else None

    def google_version(self, name: str) -> str:
        """A short hash of such an image: Google keeps what an address once gave it."""
        return hashlib.sha256(self.google_image(name) or b"").hexdigest()[:12]

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

    def design(self, name: str) -> Design:
        """The design of that name; the default one where a programme names none that is here."""
        wanted = name if _NAME.fullmatch(name) else DEFAULT_DESIGN
        if wanted not in self._known:
            found = self._find(wanted) or self._find(DEFAULT_DESIGN)
            if found is None:
                raise FileNotFoundError("no card design is deployed: wallet_assets is missing")
            self._known[wanted] = found
        return self._known[wanted]

    def _find(self, name: str) -> Design | None:
        for root in self.roots:
            if (root / name / "design.json").is_file():
                return Design(name, root / name)
        return None

"""Cards by applepassgenerator-reloaded."""

from __future__ import annotations

import importlib
import io
import re
from typing import Any

from tools.wallet_peers.work import job, serve

GROUPS = ("header", "primary", "secondary", "back")


def main() -> None:
    task = job()
    models: Any = importlib.import_module("applepassgenerator.models")
    cards, files = task.cards(), task.files()

    def make(number: int) -> bytes:
        made = filled(models, cards[number % len(cards)])
        for name, data in files.items():
            made.add_file(name, io.BytesIO(data))
        out: io.BytesIO = made.create(task.certificate, task.key, task.wwdr, "")
        return out.getvalue()

    serve(make)


def filled(models: Any, card: dict[str, Any]) -> Any:
    """A pass with all that the card shows."""
    info = models.StoreCard()
    for group in GROUPS:
        for given in card["storeCard"].get(f"{group}Fields", ()):
            add = getattr(info, f"add_{group}_field")
            add(given["key"], given["value"], given["label"])
    made = models.ApplePass(info)
    for name, value in card.items():
        if name not in {"storeCard", "barcodes", "formatVersion"}:
            setattr(made, re.sub(r"(?<=[a-z])([A-Z]+)", r"_\1", name).lower(), value)
    barcode = card["barcodes"][0]
    made.add_barcode(models.Barcode(barcode["message"], barcode["format"], barcode["altText"]))
    return made


if __name__ == "__main__":
    main()

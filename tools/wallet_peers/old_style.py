"""Cards by the packages that kept the classes of the old `passbook`: py-pkpass, wallet-py3k.

The module to use is named on the command line, after the folder of the job.
"""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

from tools.wallet_peers.work import job, serve

GROUPS = ("header", "primary", "secondary", "back")


def main() -> None:
    task = job()
    module: Any = importlib.import_module(sys.argv[2])
    cards, files = task.cards(), task.files()

    def make(number: int) -> bytes:
        card = cards[number % len(cards)]
        passfile = filled(module, card)
        for name, data in files.items():
            passfile.addFile(name, io.BytesIO(data))
        out: io.BytesIO = passfile.create(task.certificate, task.key, task.wwdr, "")
        return out.getvalue()

    serve(make)


def filled(module: Any, card: dict[str, Any]) -> Any:
    """A pass of that module with all that the card shows."""
    info = module.StoreCard()
    for group in GROUPS:
        fields = getattr(info, f"{group}Fields")
        for given in card["storeCard"].get(f"{group}Fields", ()):
            dated = "dateStyle" in given
            kind = module.DateField if dated else module.Field
            field = kind(given["key"], given["value"], given["label"])
            for name in ("changeMessage", "dateStyle", "timeStyle"):
                if name in given:
                    setattr(field, name, given[name])
            fields.append(field)
    passfile = module.Pass(info)
    for name, value in card.items():
        if name not in {"storeCard", "barcodes", "formatVersion"}:
            setattr(passfile, name, value)
    barcode = card["barcodes"][0]
    passfile.barcode = module.Barcode(barcode["message"], barcode["format"], barcode["altText"])
    return passfile


if __name__ == "__main__":
    main()

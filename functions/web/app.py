"""The HTTP surface of browsers: the till's page, and the files that it is made of."""

from pathlib import Path

from tessera.entrypoints.web import Web

handler = Web(Path(__file__).parent / "static").handler

"""Passes made as careless programs make them, for the doctor to find."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from passbook import Finding, Signer
from passbook.doctor import examine_pass
from tests.fakes.pass_chain import NOW, Chain
from tests.fakes.pass_files import images

SIGNED_AT = NOW.timestamp()


class Workshop:
    """Makes passes as careless programs do: without this package's validation."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.signer = Signer.from_pem(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem)
        self.root = chain.root.pem

    def members(
        self, document: Mapping[str, object], files: Mapping[str, bytes] | None = None
    ) -> dict[str, bytes]:
        members = {**(images() if files is None else files)}
        members["pass.json"] = json.dumps(document).encode()
        digests = {
            name: hashlib.sha1(data).hexdigest()  # noqa: S324 - Apple's manifest
            for name, data in members.items()
        }
        members["manifest.json"] = json.dumps(digests).encode()
        members["signature"] = self.signer.sign(members["manifest.json"], SIGNED_AT)
        return members

    def pack(self, members: Mapping[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return out.getvalue()

    def make(
        self, document: Mapping[str, object], files: Mapping[str, bytes] | None = None
    ) -> bytes:
        return self.pack(self.members(document, files))

    def examine(self, data: bytes) -> list[Finding]:
        return examine_pass(data, NOW, root=self.root)

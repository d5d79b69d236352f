"""The card as a file: the zip archive and the manifest that lists it (Apple, "Building a Pass")."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Final

from tools.phone.refusal import Refused

MEMBER_BYTES_MAX: Final = 10_000_000
MEMBERS_MAX: Final = 200
_SHA1: Final = re.compile(r"^[0-9a-f]{40}$")
_UNLISTED: Final = frozenset({"manifest.json", "signature"})


def read_members(data: bytes) -> dict[str, bytes]:
    """Unpack a card: every member by name. Raises Refused for what Wallet does not open."""
    if not data.startswith(b"PK\x03\x04"):
        raise Refused("not-a-zip", "the file does not begin with a zip member")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MEMBERS_MAX:
                raise Refused("zip-too-many-members", f"{len(entries)} members")
            members: dict[str, bytes] = {}
            for entry in entries:
                _check_entry(entry)
                if entry.filename in members:
                    raise Refused("zip-duplicate-member", entry.filename)
                members[entry.filename] = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Refused("zip-damaged", str(error)) from error
    return members


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.split("/")
    if entry.is_dir():
        raise Refused("zip-directory-entry", name)
    if name.startswith("/") or "\\" in name or ".." in parts:
        raise Refused("zip-unsafe-path", name)
    if any(part.startswith(".") for part in parts) or parts[0] == "__MACOSX":
        raise Refused("zip-hidden-file", name)
    if len(parts) > 1 and not (len(parts) == 2 and parts[0].endswith(".lproj")):
        raise Refused("zip-folder", f"{name} lies in a folder that is not a localisation")
    if entry.flag_bits & 0x1:
        raise Refused("zip-encrypted", name)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("zip-compression", f"{name} uses method {entry.compress_type}")
    if entry.file_size > MEMBER_BYTES_MAX:
        raise Refused("zip-member-too-large", name)


def unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For json's `object_pairs_hook`: refuse the same key twice instead of keeping the last."""
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {max(names, key=names.count)} stands twice")
    return content


def check_manifest(members: Mapping[str, bytes]) -> None:
    """Hold every member against the manifest's SHA-1 sums, both ways."""
    for name in ("manifest.json", "signature", "pass.json"):
        if name not in members:
            raise Refused(f"{name.partition('.')[0]}-missing", f"{name} is not in the archive")
    try:
        manifest = json.loads(members["manifest.json"], object_pairs_hook=unique_object)
    except ValueError as error:
        raise Refused("manifest-unreadable", str(error)) from error
    if not isinstance(manifest, dict):
        raise Refused("manifest-unreadable", "not a JSON object")
    listed = set(manifest)
    present = set(members) - _UNLISTED
    if present - listed:
        raise Refused("manifest-lacks-member", min(present - listed))
    if listed - present:
        raise Refused("manifest-names-absent-member", min(listed - present))
    for name, digest in manifest.items():
        if not isinstance(digest, str) or not _SHA1.match(digest):
            raise Refused("manifest-bad-digest", name)
        if hashlib.sha1(members[name], usedforsecurity=False).hexdigest() != digest:
            raise Refused("manifest-digest-differs", name)

"""The zip around a pass: written by splicing, read with limits.

Members are stored, not deflated: images are compressed already, and deflating the few kilobytes
of text costs more time than signing's margin for 5 % of the size.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from passbook.errors import InvalidArchiveError

MIME_TYPE = "application/vnd.apple.pkpass"
BUNDLE_MIME_TYPE = "application/vnd.apple.pkpasses"

if TYPE_CHECKING:
    import zipfile

# Version needed, flags, method, time, date, CRC-32, sizes, lengths of name and extra: the same
# bytes in a member's own header and in the central directory.
_COMMON = struct.Struct("<5H3I2H")
_OFFSET = struct.Struct("<I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
# A constant date keeps the same content the same bytes: 1980-01-01, the first the format knows.
_DATE = 0x0021
_LOCAL_HEAD = b"PK\x03\x04"
_CENTRAL_HEAD = b"PK\x01\x02" + bytes((_VERSION, 3))  # Made by Unix, whose modes follow.
_CENTRAL_TAIL = struct.pack("<3HI", 0, 0, 0, 0o100644 << 16)
_PATH = re.compile(r"[A-Za-z0-9_@.\-]+(?:/[A-Za-z0-9_@.\-]+)?", re.ASCII)


def check_path(path: str) -> str:
    """`path` itself if a pass may hold a member of that name; raises InvalidArchiveError.

    One folder deep at most (`fr.lproj/`), no hidden files, nothing that climbs out.
    """
    hidden = any(part.startswith(".") for part in path.split("/"))
    if _PATH.fullmatch(path) is None or hidden:
        raise InvalidArchiveError(
            "member-name",
            f"{path[:80]!r} is no name for a file of a pass.",
            "Put plain files at the top and localised ones in xx.lproj/; no hidden files.",
        )
    return path


class Spliced:
    """A zip that grows at its end: what is already inside is never written or hashed again."""

    __slots__ = ("_central", "_count", "_data")

    def __init__(self, members: Iterable[tuple[str, bytes]] = ()) -> None:
        data: list[bytes] = []
        central: list[bytes] = []
        self._count = _append(members, 0, data, central)
        self._data, self._central = b"".join(data), b"".join(central)

    def with_members(self, members: Iterable[tuple[str, bytes]]) -> bytes:
        """The complete archive: what this one holds, then `members`. This one does not change."""
        chunks, central = [self._data], [self._central]
        count = self._count + _append(members, len(self._data), chunks, central)
        directory = b"".join(central)
        start = sum(map(len, chunks))
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
        # One join copies the constant bytes once, which is most of what is left to do.
        return b"".join((*chunks, directory, end))


def _append(
    members: Iterable[tuple[str, bytes]], offset: int, chunks: list[bytes], central: list[bytes]
) -> int:
    """Adds `members` to both lists, as if `offset` bytes were there; gives their number."""
    count = 0
    for name, content in members:
        encoded = name.encode("ascii")
        size, crc = len(content), zlib.crc32(content)
        common = _COMMON.pack(_VERSION, 0, 0, 0, _DATE, crc, size, size, len(encoded), 0)
        chunks += (_LOCAL_HEAD, common, encoded, content)
        central += (_CENTRAL_HEAD, common, _CENTRAL_TAIL, _OFFSET.pack(offset), encoded)
        offset += 30 + len(encoded) + size
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost to read. The defaults are far above any real pass."""

    archive_bytes_max: int = 16 * 1024 * 1024
    members_max: int = 500
    member_bytes_max: int = 8 * 1024 * 1024
    total_bytes_max: int = 32 * 1024 * 1024


DEFAULT_LIMITS = Limits()
_BOMB_REMEDY = "Do not open it; if it is meant, raise the limit that it exceeds."


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """The members of a zip in their order, folders included as empty members.

    Never expands more than `limits` allows, whatever sizes the archive declares. Raises
    InvalidArchiveError: `archive-format`, `archive-limit`, `archive-duplicate`,
    `archive-encrypted`.
    """
    if len(data) > limits.archive_bytes_max:
        raise _too_much(f"{len(data)} bytes of archive", limits.archive_bytes_max)
    # Signing never reads a zip, so its start-up should not pay for the library that does.
    import zipfile

    members: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.members_max:
                raise _too_much(f"{len(entries)} members", limits.members_max)
            for entry in entries:
                content = _read_member(archive, entry, limits)
                total += len(content)
                if total > limits.total_bytes_max:
                    raise _too_much("the members together", limits.total_bytes_max)
                if entry.filename in members:
                    raise InvalidArchiveError(
                        "archive-duplicate",
                        f"{entry.filename[:80]!r} is in the archive twice.",
                        "Keep one: phones and this reader may pick different ones.",
                    )
                members[entry.filename] = content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InvalidArchiveError(
            "archive-format",
            f"It is not a zip that can be read: {error}.",
            "Build it again, and send it as binary (base64 behind an API gateway).",
        ) from error
    return members


def _read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> bytes:
    if entry.flag_bits & 0x1:
        raise InvalidArchiveError(
            "archive-encrypted", f"{entry.filename[:80]!r} is encrypted.", "Zip without a password."
        )
    with archive.open(entry) as member:
        content = member.read(limits.member_bytes_max + 1)
    if len(content) > limits.member_bytes_max:
        raise _too_much(repr(entry.filename[:80]), limits.member_bytes_max)
    return content


def _too_much(what: str, limit: int) -> InvalidArchiveError:
    message = f"{what} exceeds the limit of {limit}."
    return InvalidArchiveError("archive-limit", message, _BOMB_REMEDY)


def bundle(passes: Mapping[str, bytes] | Sequence[bytes]) -> bytes:
    """Several .pkpass archives as one .pkpasses download (MIME type `BUNDLE_MIME_TYPE`).

    Given a mapping, its keys name the members (without `.pkpass`).
    """
    named = passes if isinstance(passes, Mapping) else dict(enumerate(passes, start=1))
    if not named:
        raise InvalidArchiveError("bundle-empty", "The bundle holds no pass.", "Put one in it.")
    return Spliced().with_members(
        [(check_path(f"{name}.pkpass"), one) for name, one in named.items()]
    )


def read_bundle(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """The .pkpass archives of a .pkpasses file, by member name; raises InvalidArchiveError."""
    members = read(data, limits)
    strangers = [name for name in members if not name.endswith(".pkpass")]
    if strangers or not members:
        raise InvalidArchiveError(
            "bundle-member",
            f"{strangers[0][:80]!r} is no pass." if strangers else "The bundle holds no pass.",
            "A .pkpasses file holds .pkpass files and nothing else.",
        )
    return members

"""The little of DER (X.690) that signatures and certificates need, written and read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OID = 0x06
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0


class DerError(ValueError):
    """The bytes are not the DER structure that was looked for."""


def encode(tag: int, *parts: bytes) -> bytes:
    """One element: `tag`, the length in its shortest form, and the joined parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def oid(dotted: str) -> bytes:
    """The element of an object identifier."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(septets))
    return encode(OID, bytes(content))


@dataclass(frozen=True, slots=True)
class Element:
    """One element as it stands in the bytes it was read from."""

    tag: int
    content: bytes
    raw: bytes

    def children(self) -> list[Element]:
        """The elements inside; raises DerError when the content is not a row of elements."""
        return list(elements(self.content))


def elements(data: bytes) -> Iterator[Element]:
    """The elements that `data` consists of, one after the other."""
    position = 0
    while position < len(data):
        element = read(data, position)
        position += len(element.raw)
        yield element


def read(data: bytes, position: int = 0) -> Element:
    """The element that begins at `position`; raises DerError when it is cut or badly formed."""
    if position + 2 > len(data):
        raise DerError("the structure is cut short")
    tag, size = data[position], data[position + 1]
    start = position + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise DerError("a length is not in DER form")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    end = start + size
    if end > len(data):
        raise DerError("the structure is cut short")
    return Element(tag, data[start:end], data[position:end])


def expect(element: Element, tag: int) -> Element:
    """`element` itself if its tag is `tag`; raises DerError otherwise."""
    if element.tag != tag:
        raise DerError(f"found tag {element.tag:#04x} where {tag:#04x} belongs")
    return element

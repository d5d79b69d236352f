"""Images judged from their bytes."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tessera.domain.errors import InvalidInput
from tessera.domain.images import image_of, media_type


def picture(kind: str, **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(written, kind, **more)
    return written.getvalue()


@pytest.mark.parametrize(
    ("kind", "more"),
    [("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"exif": b"Exif\0\0x"})],
)
def test_the_kind_and_the_size_come_from_the_content(kind: str, more: dict[str, object]) -> None:
    image = image_of(picture(kind, **more))

    assert (image.width, image.height) == (30, 20)
    assert image.media_type == f"image/{kind.lower()}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_cut_anywhere_or_with_more_behind_it_is_damaged(kind: str) -> None:
    whole = picture(kind)

    for content in [*(whole[:end] for end in range(12, len(whole))), whole + b"<script>"]:
        with pytest.raises(InvalidInput, match="image_"):
            image_of(content)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9"]
)
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="image_"):
        image_of(content)


@pytest.mark.parametrize(
    "name", ["", "a.png", "0" * 64 + ".gif", "0" * 64, "../" + "0" * 64 + ".png"]
)
def test_what_is_no_images_name_has_no_media_type(name: str) -> None:
    assert media_type(name) == ""

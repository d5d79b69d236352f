"""The images of the shipped design: drawn from one source, right in size, small."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from passbook import Assets
from passbook.images import png_size
from tools.draw_assets import draw, drawings

SHIPPED = Path(__file__).parents[2] / "wallet_assets" / "tessera"


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGBA").tobytes()


def test_the_shipped_images_are_what_the_tool_draws(tmp_path: Path) -> None:
    """Pixel by pixel: the bytes of a PNG differ between versions of the library."""
    for path in draw(tmp_path):
        assert pixels(path.read_bytes()) == pixels(
            (SHIPPED / path.relative_to(tmp_path)).read_bytes()
        ), path


def test_every_image_comes_at_three_scales() -> None:
    for name, drawing in drawings().items():
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x")):
            data = (SHIPPED / f"{name}{suffix}.png").read_bytes()
            assert png_size(data) == (drawing.width * scale, drawing.height * scale)


def test_the_shipped_design_has_no_finding_and_stays_small() -> None:
    assets = Assets.from_directory(SHIPPED)

    assert assets.findings(frozenset({"storeCard"})) == []
    assert sum(map(len, assets.values())) <= 25_000
    assert assets.languages == ("en", "fr")

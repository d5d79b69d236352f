"""What a camera sees at a counter: a card on a phone, moving, blurred, noisy, small, dark.

Each scene is a YUV4MPEG2 file of 40 frames. The same seed draws the same frames.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

WIDTH, HEIGHT, FRAMES, FPS = 1280, 720, 40, 20
CARD: Final = "7Q4K9M2XR8T3VB2A"
LONG_TEXT: Final = (
    "1.crd-01hzx4m9k2vq8t6yb3." + "5N2bq7Xw9cJfL0aVhKpRzYtGmEoSdUiQ" * 2 + "0123456789"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """How a card is held before the camera."""

    name: str
    text: str = CARD
    side_px: int = 250
    noise: float = 10.0
    blur_px: float = 0.8
    light: float = 1.0
    angle_deg: float = 12.0
    inverted: bool = False
    glare: bool = False


SCENES: Final = (
    Scene("phone"),
    Scene("long token", text=LONG_TEXT, side_px=330),
    Scene("small", side_px=130),
    Scene("hard", noise=28.0, light=0.6, angle_deg=35.0, glare=True, blur_px=1.0),
    Scene("inverted", inverted=True),
)


def write(scene: Scene, path: Path) -> Path:
    """Draw the scene's frames into `path`."""
    generator = random.Random(scene.name)  # noqa: S311 - a picture, no secret
    background = _clutter(generator)
    card = _card(scene)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        chroma = b"\x80" * (WIDTH * HEIGHT // 2)
        for number in range(FRAMES):
            file.write(b"FRAME\n" + _frame(scene, background, card, number).tobytes() + chroma)
    return path


def _clutter(generator: random.Random) -> Image.Image:
    picture = Image.new("L", (WIDTH, HEIGHT), 150)
    draw = ImageDraw.Draw(picture)
    for _ in range(120):
        x, y = generator.randrange(WIDTH), generator.randrange(HEIGHT)
        size = generator.randrange(20, 160)
        draw.rectangle((x, y, x + size, y + size // 2), fill=generator.randrange(40, 220))
    return picture.filter(ImageFilter.GaussianBlur(3))


def _card(scene: Scene) -> Image.Image:
    """The phone with the code on its screen."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(scene.text)
    rows = code.get_matrix()
    small = Image.new("L", (len(rows), len(rows)))
    small.putdata([16 if dark else 240 for row in rows for dark in row])
    symbol = small.resize((scene.side_px, scene.side_px), Image.Resampling.NEAREST)
    if scene.inverted:
        symbol = ImageOps.invert(symbol)
    phone = Image.new("L", (scene.side_px + 60, scene.side_px * 2), 35)
    ImageDraw.Draw(phone).rectangle(
        (12, 40, phone.width - 12, phone.height - 40), fill=20 if scene.inverted else 232
    )
    phone.paste(symbol, (30, phone.height // 2 - scene.side_px // 2))
    return phone


def _frame(scene: Scene, background: Image.Image, card: Image.Image, number: int) -> Image.Image:
    turn = 2 * math.pi * number / FRAMES
    x, y = 640 + 90 * math.cos(turn), 370 + 30 * math.sin(turn)
    held = card.rotate(
        scene.angle_deg + 4 * math.sin(turn), Image.Resampling.BICUBIC, expand=True, fillcolor=0
    )
    mask = Image.new("L", card.size, 255).rotate(
        scene.angle_deg + 4 * math.sin(turn), Image.Resampling.BICUBIC, expand=True
    )
    frame = background.copy()
    frame.paste(held, (round(x - held.width / 2), round(y - held.height / 2)), mask)
    # A hand tilts the phone: its far edge is shorter.
    lean = 0.06
    frame = frame.transform(
        (WIDTH, HEIGHT),
        Image.Transform.PERSPECTIVE,
        (1 + lean, lean / 3, -lean * WIDTH / 2, 0, 1 + lean, -lean * HEIGHT / 2, 0, lean / HEIGHT),
        Image.Resampling.BILINEAR,
    )
    if scene.glare:
        light = Image.new("L", (WIDTH, HEIGHT), 0)
        ImageDraw.Draw(light).ellipse((x - 40, y - 150, x + 50, y - 70), fill=150)
        frame = ImageChops.add(frame, light.filter(ImageFilter.GaussianBlur(25)))
    frame = ImageEnhance.Brightness(frame.filter(ImageFilter.GaussianBlur(scene.blur_px))).enhance(
        scene.light
    )
    grain = Image.effect_noise((WIDTH, HEIGHT), scene.noise)
    return ImageChops.add(frame, grain, 1, -128)

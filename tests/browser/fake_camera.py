"""A camera's picture as a file: what Chromium shows in the place of a camera."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import qrcode

WIDTH, HEIGHT, FRAMES_PER_CARD = 640, 480, 10


def write_video(path: Path, texts: Sequence[str]) -> Path:
    """A Y4M file (YUV4MPEG2) that shows a QR code of each text in turn, grey around it.

    An empty text shows no code. Chromium plays the file again and again.
    """
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        chroma = b"\x80" * (WIDTH * HEIGHT // 2)
        for text in texts:
            file.write((b"FRAME\n" + _luma(text) + chroma) * FRAMES_PER_CARD)
    return path


def _luma(text: str) -> bytes:
    plane = bytearray(b"\xb4" * (WIDTH * HEIGHT))
    if text:
        code = qrcode.QRCode(border=4)
        code.add_data(text)
        rows = code.get_matrix()
        scale = min(WIDTH, HEIGHT) // len(rows) * 3 // 4
        left, top = (WIDTH - len(rows) * scale) // 2, (HEIGHT - len(rows) * scale) // 2
        for y, row in enumerate(rows):
            line = b"".join((b"\x10" if dark else b"\xeb") * scale for dark in row)
            for repeat in range(scale):
                start = (top + y * scale + repeat) * WIDTH + left
                plane[start : start + len(line)] = line
    return bytes(plane)

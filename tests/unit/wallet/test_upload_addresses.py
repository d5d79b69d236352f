"""An address for an upload holds whoever uses it to the file that was announced."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tessera.adapters.upload_box import S3UploadBox
from tessera.domain.uploads import UPLOAD_BYTES_MAX, Upload

UPLOAD = Upload("ab" * 32, "image/png", 651_200)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> S3UploadBox:
    """As in Lambda: a role's credentials, and no endpoint but AWS's own."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "sample")
    return S3UploadBox(lambda: "tessera-assets")


def test_hash_kind_and_length_are_signed_for_ten_minutes(box: S3UploadBox) -> None:
    ticket = box.ticket(UPLOAD, 600)
    address = urlsplit(ticket.url)
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    # The bucket's own address in its region: a PUT that is redirected is a PUT that fails.
    assert address.netloc == "tessera-assets.s3.eu-west-3.amazonaws.com"
    assert address.path == f"/uploads/{'ab' * 32}.png"
    assert query["X-Amz-Expires"] == "600"
    signed = set(query["X-Amz-SignedHeaders"].split(";"))
    assert signed == {"host", *(name.lower() for name in ticket.headers)}
    checksum = ticket.headers["x-amz-checksum-sha256"]
    assert base64.b64decode(checksum) == bytes.fromhex(UPLOAD.sha256)
    assert ticket.headers["Content-Length"] == "651200"


def test_another_file_has_another_address(box: S3UploadBox) -> None:
    one = box.ticket(UPLOAD, 600).url
    assert box.ticket(Upload("cd" * 32, "image/png", 651_200), 600).url != one
    assert box.ticket(Upload("ab" * 32, "image/webp", 651_200), 600).url != one


class _Bucket:
    """Holds one object, and remembers whether it was read."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.body = io.BytesIO(b"content")

    def get_object(self, **_asked: Any) -> dict[str, Any]:
        return {"ContentLength": self.length, "Body": self.body}


def test_what_is_longer_than_uploads_may_be_is_not_read() -> None:
    huge, fitting = _Bucket(UPLOAD_BYTES_MAX + 1), _Bucket(UPLOAD_BYTES_MAX)
    assert S3UploadBox(lambda: "b", huge).load("x") is None
    assert huge.body.tell() == 0
    assert S3UploadBox(lambda: "b", fitting).load("x") == b"content"

"""A merchant's design, uploaded to the running stack, reaches a phone by itself and goes again."""

from __future__ import annotations

import hashlib
import io
import secrets

import pytest
from PIL import Image

from tools.api_client import Api
from tools.demo.loading import publish
from tools.demo.showing import phone_for
from tools.http_client import send
from tools.laptop import Stack
from tools.uploads import put_file

GREEN = "rgb(24, 66, 52)"
PUSH = "/v1/programmes/demo/card-push"


@pytest.mark.requirement("X-10", "Z-33")
def test_a_design_is_pushed_to_a_phone_and_taken_back(stack: Stack) -> None:
    run = secrets.token_hex(4)
    places = stack.places
    phone = phone_for(stack.api_url, places.apns_control_url, places.state_dir)
    with Api(stack.api_url, stack.admin_key) as api:
        publish(api, "demo")
        member = api.post(
            "/v1/members", {"programme": "demo", "external_id": f"green-{run}"}, f"green-{run}"
        )
        before = phone.add_card(member.body["card"]["url"]).document["backgroundColor"]
        design = {"name": f"green-{run}", "document": {"apple": {"backgroundColor": GREEN}}}
        made = api.post("/v1/card-designs", design)
        assert made.ok, made.reason

        pushed = api.post(PUSH, {"design": made.body["design"]}, f"push-{run}")
        assert pushed.status == 202, pushed.reason
        assert phone.wait_for_change(60).card.document["backgroundColor"] == GREEN

        image = send("GET", f"{stack.api_url}/designs/{made.body['design']}/0/logo.png")
        assert (image.status, image.headers["content-type"]) == (200, "image/png")

        assert api.post(f"{PUSH}/roll-back", {}, f"back-{run}").status == 202
        assert phone.wait_for_change(60).card.document["backgroundColor"] == before


@pytest.mark.requirement("X-10")
def test_an_image_of_600_kb_goes_through_s3_into_a_design(stack: Stack) -> None:
    written = io.BytesIO()
    Image.effect_noise((1200, 560), 90).save(written, "PNG")
    content = written.getvalue()
    assert len(content) > 600_000
    with Api(stack.api_url, stack.admin_key) as api:
        name = put_file(api, content)
        design = {"name": "photograph", "uploads": {"strip": name}}
        made = api.post("/v1/card-designs", design)
        assert made.ok, made.reason
        assert made.body["files"]["strip@3x.png"] > 0

        # An address takes the file that it was made for: whatever S3 lets through, use does not.
        sha256 = hashlib.sha256(b"another").hexdigest()
        announced = {"sha256": sha256, "bytes": len(content), "media_type": "image/png"}
        ticket = api.post("/v1/uploads", announced).body
        send("PUT", ticket["url"], headers=ticket["headers"], body=content)
        refused = api.post("/v1/images", {"upload": ticket["upload"]})
        assert refused.code in {"upload_unknown", "upload_differs"}

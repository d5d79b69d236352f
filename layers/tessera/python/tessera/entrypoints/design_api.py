"""Bindings of the routes of card designs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from tessera.application.push_face import (
    FaceServices,
    pause_push,
    push_design,
    push_news,
    read_push,
    resume_push,
    roll_back_push,
)
from tessera.application.request_upload import UploadServices, request_upload
from tessera.application.requests import Answer, Writing
from tessera.application.upload_design import DesignServices, list_designs, upload_design
from tessera.application.upload_image import ImageServices, upload_image
from tessera.domain.canonical import Json
from tessera.entrypoints.call import Binding, Call


class Container(Protocol):
    """What these bindings need of the composition root, beside what all need."""

    @property
    def face_services(self) -> FaceServices:
        """The ports of pushes, wired."""
        ...

    @property
    def image_services(self) -> ImageServices:
        """The ports of images, wired."""
        ...

    @property
    def upload_services(self) -> UploadServices:
        """The ports of uploads, wired."""
        ...

    @property
    def design_services(self) -> DesignServices:
        """The ports of designs, wired."""
        ...


def _container(call: Call) -> Container:
    return cast("Container", call.container)


def _upload_design(call: Call) -> Mapping[str, Json]:
    return upload_design(_container(call).design_services, call.caller, call.body)


def _list_designs(call: Call) -> Mapping[str, Json]:
    return list_designs(_container(call).design_services, call.caller)


def _upload_image(call: Call) -> Mapping[str, Json]:
    return upload_image(_container(call).image_services, call.caller, call.body)


def _request_upload(call: Call) -> Mapping[str, Json]:
    return request_upload(_container(call).upload_services, call.caller, call.body)


def _read_push(call: Call) -> Mapping[str, Json]:
    return read_push(_container(call).face_services, call.caller, call.path["programme"])


def _bound(use_case: Callable[[FaceServices, Writing, str], Answer]) -> Binding:
    def binding(call: Call) -> Answer:
        services = _container(call).face_services
        return use_case(services, call.writing(), call.path["programme"])

    return binding


BINDINGS: Mapping[str, Binding] = {
    "upload_design": _upload_design,
    "list_designs": _list_designs,
    "upload_image": _upload_image,
    "request_upload": _request_upload,
    "read_push": _read_push,
    "push_design": _bound(push_design),
    "push_news": _bound(push_news),
    "pause_push": _bound(pause_push),
    "resume_push": _bound(resume_push),
    "roll_back_push": _bound(roll_back_push),
}

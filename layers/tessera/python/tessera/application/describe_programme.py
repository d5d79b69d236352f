"""The public description of a programme, for whoever thinks of joining it (Z-44, Z-23)."""

from __future__ import annotations

from tessera.application.services import Services
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.describe import describe
from tessera.domain.errors import NotFound


def describe_programme(services: Services, programme_id: str, language: str) -> dict[str, Json]:
    """The version in force, in sections of sentences; it tells the same to everyone.

    Nobody has to say who he is, so nothing internal may be in it. Drafts, versions to come and
    operations that are over are not told. Raises NotFound for a programme that is not published.
    """
    now_ms = services.clock.now_ms()
    programme = services.programmes.at(programme_id, now_ms)
    if programme is None:
        raise NotFound("programme_unknown", field="programme")
    sections: list[Json] = [
        {"code": section.code, "title": section.title, "sentences": list(section.sentences)}
        for section in describe(programme, language, day_of(now_ms, programme.zone))
    ]
    return {
        "programme": programme.id,
        "version": programme.version,
        "name": programme.name_in(language),
        "language": language,
        "sections": sections,
    }

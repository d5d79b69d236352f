"""The caller's language, from `Accept-Language` (RFC 9110 §12.5.4)."""

from __future__ import annotations

from tessera.entrypoints.texts import LANGUAGES

DEFAULT = "en"
_RANGES_MAX = 20


def preferred(header: str | None) -> str:
    """`fr` or `en`: the language that the header weighs most, the first one on a tie.

    `*` and languages that we don't speak count for nothing; without a match it is English.
    """
    best, best_weight = DEFAULT, 0
    for part in (header or "").split(",")[:_RANGES_MAX]:
        name, _, parameters = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameters: str) -> int:
    """The quality in thousandths; one that can't be read counts for nothing."""
    text = parameters.strip().lower()
    if not text:
        return 1000
    name, _, value = text.partition("=")
    whole, _, part = value.strip().partition(".")
    if name.strip() != "q" or whole not in {"0", "1"} or not (part.isdecimal() or not part):
        return 0
    return min(1000, int(whole) * 1000 + int(part[:3].ljust(3, "0")))

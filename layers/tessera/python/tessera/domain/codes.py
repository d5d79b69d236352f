"""Card codes: what the QR says.

Sixteen characters of upper-case Crockford base32, of which the last is the ISO 7064
MOD 37,36 check character: 75 random bits, a version-1 QR, and nothing that a keyboard layout
or a telephone call can garble unseen. A code identifies; it does not authorise.

A programme may have more shown behind it: the value of a clock (`domain.rotation`), or a
signature that a till can check without a network (`domain.signed_codes`). The code always comes
first, so that who knows nothing of what follows still knows the member.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U."""

_CHECK_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CARD_CODE_LENGTH = 16
_BODY_LENGTH = CARD_CODE_LENGTH - 1


def check_character(body: str) -> str:
    """The ISO 7064 MOD 37,36 check character of a body in 0-9A-Z."""
    carry = 36
    for character in body:
        carry = (carry + _CHECK_ALPHABET.index(character)) % 36 or 36
        carry = carry * 2 % 37
    return _CHECK_ALPHABET[(37 - carry) % 36]


def card_code(random: bytes) -> str:
    """A card code from random bytes, ten for each draw; hand in at least 160.

    The check character may fall on I, L, O or U, which base32 leaves out (one draw in nine):
    the body is then drawn again from the following bytes. Raises ValueError when the bytes are
    used up, which for 160 bytes happens less than once in 10^15.
    """
    width = 10
    for start in range(0, len(random) - width + 1, width):
        number = int.from_bytes(random[start : start + width], "big")
        body = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(_BODY_LENGTH))
        check = check_character(body)
        if check in ALPHABET:
            return body + check
    raise ValueError("not enough random bytes for a card code")


def is_card_code(text: str) -> bool:
    """Whether the text is a well-formed card code, check character included."""
    return (
        len(text) == CARD_CODE_LENGTH
        and all(character in ALPHABET for character in text)
        and check_character(text[:-1]) == text[-1]
    )


def normalise_card_code(typed: str) -> str:
    """What a person typed, as a code: upper case, no blanks, O and I or L read as 0 and 1."""
    cleaned = typed.upper().replace(" ", "").replace("-", "")
    return cleaned.translate(str.maketrans("OIL", "011"))


class CodeForm(StrEnum):
    """What a card's QR says behind the code; the programme chooses."""

    STATIC = "static"
    ROTATING = "rotating"
    SIGNED = "signed"


ROTATION_LENGTH = 8
SEAL_LENGTH = 120
"""75 bytes in base32, without a bit to spare."""

_FORMS = {0: CodeForm.STATIC, ROTATION_LENGTH: CodeForm.ROTATING, SEAL_LENGTH: CodeForm.SIGNED}


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What was scanned: the card's code, and what follows it. Nothing of it is proved yet."""

    form: CodeForm
    code: str
    tail: str = ""


def read_code(text: str) -> ScannedCode | None:
    """What a reader sent or a person typed; None where it is no code of ours, or is cut short."""
    whole = normalise_card_code(text)
    code, tail = whole[:CARD_CODE_LENGTH], whole[CARD_CODE_LENGTH:]
    form = _FORMS.get(len(tail))
    if form is None or not is_card_code(code):
        return None
    allowed = "0123456789" if form is CodeForm.ROTATING else ALPHABET
    if any(character not in allowed for character in tail):
        return None
    return ScannedCode(form, code, tail)


def joined_code(code: str, tail: str) -> str:
    """A code and what follows it, as a QR shows them: parted by a hyphen, which readers skip."""
    return f"{code}-{tail}" if tail else code


def base32(content: bytes) -> str:
    """Bytes in Crockford's alphabet, first bit first; their number is a multiple of five."""
    number = int.from_bytes(content, "big")
    length = len(content) * 8 // 5
    return "".join(ALPHABET[number >> 5 * (length - 1 - place) & 31] for place in range(length))


def from_base32(text: str) -> bytes:
    """The bytes of a text in the alphabet. Raises ValueError for another character."""
    number = 0
    for character in text:
        number = number << 5 | ALPHABET.index(character)
    return number.to_bytes(len(text) * 5 // 8, "big")

"""Templates: everything that passes of one design share, prepared once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from passbook.advice import advice
from passbook.archive import Spliced
from passbook.assets import Assets
from passbook.compiled import Compiled
from passbook.errors import Finding, InvalidArchiveError, InvalidPassError
from passbook.names import STYLE_NAMES
from passbook.plain import plain, refuse
from passbook.rules import DOCUMENT
from passbook.signer import Signer

if TYPE_CHECKING:
    from passbook.document import Pass

_LOCALISABLE = frozenset(
    {"label", "value", "attributedValue", "changeMessage", "altText", "relevantText"}
    | {"logoText", "eventLogoText", "organizationName", "description"}
)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What every pass of one language and variant begins with."""

    compiled: Compiled
    archive: Spliced
    manifest_head: bytes
    digest: Any
    """SHA-256 over `manifest_head`, to be copied and continued."""


class Template:
    """Makes signed passes of one design.

    `document` is a `Pass` or a parsed pass.json in which `{name}` stands for a value given with
    each pass: as a whole string it takes a value of any type (a number stays a number, an aware
    datetime becomes a date, a list in a list is spliced in), inside a longer text it takes text or
    a whole number; `{{` and `}}` are braces. A value of None leaves its key out, and with it the
    field or barcode that cannot be without it. `passTypeIdentifier` and `teamIdentifier` come from
    the certificate unless they are there, and must then equal it.

    `assets` are the files of all passes; `variants` are named sets of files laid over them (the
    strips of a stamp card). Everything constant is validated, hashed and zipped once, on the
    first pass of its language and variant, and then shared: a template is immutable to its
    users, and safe in threads and forked processes.
    """

    __slots__ = ("_assets", "_document", "_prepared", "_signer", "_variants", "warnings")

    def __init__(
        self,
        document: Pass | Mapping[str, object],
        assets: Assets | Mapping[str, bytes],
        signer: Signer,
        *,
        variants: Mapping[str, Mapping[str, bytes]] | None = None,
    ) -> None:
        """Raises InvalidPassError naming every rule that the constant parts break."""
        self._signer = signer
        self._assets = assets if isinstance(assets, Assets) else Assets(assets)
        self._document = _identified(cast("dict[str, object]", plain(document)), signer)
        self._variants = {name: dict(files) for name, files in (variants or {}).items()}
        styles = frozenset(STYLE_NAMES) & self._document.keys()
        found = self._assets.findings(styles)
        for files in self._variants.values():
            found += self._assets.with_files(files).findings(styles)
        errors = dict.fromkeys(one for one in found if one.severity == "error")
        if errors:
            raise InvalidPassError(errors)
        self.warnings: tuple[Finding, ...] = tuple(dict.fromkeys([*found, *advice(self._document)]))
        """What Wallet would accept but its author may not have meant."""
        self._prepared: dict[tuple[str | None, str | None], _Prepared] = {}
        self._prepare(None, None)

    @property
    def value_names(self) -> frozenset[str]:
        """The names of the values that `render` must be given."""
        return self._ready(None, None).compiled.names

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the assets hold, each good for `render(..., language=...)`."""
        return self._assets.languages

    @property
    def variants(self) -> tuple[str, ...]:
        """The names that `render(..., variant=...)` takes."""
        return tuple(self._variants)

    def render(
        self,
        values: Mapping[str, object],
        *,
        language: str | None = None,
        variant: str | None = None,
        signed_at: datetime | float | None = None,
    ) -> bytes:
        """One signed .pkpass. Names that the template does not use are ignored.

        Without `language` the pass holds all languages and the phone picks. With it, the texts
        of that language are written into the pass itself (texts with slots included) and its
        images stand alone: the card reads the same on every phone, in its holder's language.
        `signed_at` is the signing time, now by default.

        Raises InvalidPassError naming every value that breaks a rule.
        """
        ready = self._prepared.get((language, variant)) or self._prepare(language, variant)
        content = ready.compiled.fill(values)
        tail = hashlib.sha1(content, usedforsecurity=False).hexdigest().encode() + b'"}'
        digest = ready.digest.copy()
        digest.update(tail)
        return ready.archive.with_members(
            (
                ("pass.json", content),
                ("manifest.json", ready.manifest_head + tail),
                ("signature", self._signer.sign_digest(digest.digest(), signed_at)),
            )
        )

    def document(
        self, values: Mapping[str, object], *, language: str | None = None
    ) -> dict[str, object]:
        """The pass.json that `render` would sign, parsed: for previews, comparison and tests."""
        ready = self._ready(language, None)
        return cast("dict[str, object]", json.loads(ready.compiled.fill(values)))

    def _ready(self, language: str | None, variant: str | None) -> _Prepared:
        return self._prepared.get((language, variant)) or self._prepare(language, variant)

    def _prepare(self, language: str | None, variant: str | None) -> _Prepared:
        assets, document = self._assets, self._document
        if variant is not None:
            if variant not in self._variants:
                message = f"The template has no variant {variant!r}."
                raise refuse("variant-unknown", "variant", message, _one_of(self._variants))
            assets = assets.with_files(self._variants[variant])
        if language is not None:
            if language not in assets.languages:
                message = f"The template has no language {language!r}."
                raise refuse("language-unknown", "language", message, _one_of(assets.languages))
            document = _translated(document, assets.strings.get(language, {}))
            assets = assets.in_language(language)
        same = self._prepared.get((language, None))
        compiled = same.compiled if same is not None else Compiled(document)
        hashes = {
            path: hashlib.sha1(data, usedforsecurity=False).hexdigest()
            for path, data in assets.items()
        }
        head = json.dumps({**hashes, "pass.json": ""}, separators=(",", ":")).encode()[:-2]
        ready = _Prepared(compiled, Spliced(assets.items()), head, hashlib.sha256(head))
        # Two threads may both get here; either result serves, and the first one stays.
        return self._prepared.setdefault((language, variant), ready)


def _one_of(names: Iterable[str]) -> str:
    return f"Use one of: {', '.join(sorted(names)) or 'none'}."


def identity_findings(document: Mapping[str, object], signer: Signer) -> list[Finding]:
    """Whether a document names the identifiers of the certificate that is to sign it."""
    out: list[Finding] = []
    for key, rule, attribute, own in (
        ("passTypeIdentifier", "pass-type-mismatch", "UID", signer.pass_type_identifier),
        ("teamIdentifier", "team-mismatch", "OU", signer.team_identifier),
    ):
        if own is not None and document.get(key) != own:
            message = f"It is {document.get(key)!r}, the certificate's {attribute} is {own!r}."
            remedy = f"Write {own}, or sign with the certificate of the other."
            out.append(Finding(rule, key, message, remedy))
    return out


def _identified(document: dict[str, object], signer: Signer) -> dict[str, object]:
    """`document` with the identifiers of the certificate, and formatVersion.

    Raises InvalidPassError when it names others: a phone refuses that pass without a word.
    """
    full: dict[str, object] = {"formatVersion": 1, **document}
    if signer.pass_type_identifier is not None:
        full.setdefault("passTypeIdentifier", signer.pass_type_identifier)
    if signer.team_identifier is not None:
        full.setdefault("teamIdentifier", signer.team_identifier)
    found = identity_findings(full, signer)
    if found:
        raise InvalidPassError(found)
    return full


def _translated(node: Any, texts: Mapping[str, str], key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _translated(member, texts, name) for name, member in node.items()}
    if isinstance(node, list):
        return [_translated(member, texts, key) for member in node]
    if isinstance(node, str) and key in _LOCALISABLE:
        return texts.get(node, node)
    return node


def validate(
    document: Pass | Mapping[str, object],
    assets: Mapping[str, bytes] | None = None,
    *,
    now: datetime | None = None,
) -> list[Finding]:
    """Everything that is wrong with a finished document, and with its files if given.

    Errors first, then warnings; an empty list is a pass that this package knows no objection to.
    `now` lets it say that an expiry date has passed.
    """
    try:
        full = plain(document)
    except InvalidPassError as error:
        return list(error.findings)
    out: list[Finding] = []
    if not isinstance(full, dict):
        message = "A pass.json is an object."
        return [Finding("value-type", "pass.json", message, "Begin it with a brace.")]
    DOCUMENT.check_members(full, "", out)
    if assets is not None:
        out += _asset_findings(assets, frozenset(STYLE_NAMES) & full.keys())
    out += advice(full, now)
    return sorted(out, key=lambda one: one.severity != "error")


def examine_design(
    document: Mapping[str, object],
    assets: Assets,
    samples: Sequence[Mapping[str, object]],
) -> list[Finding]:
    """Everything that is wrong with a template before there is a certificate to sign with.

    Each of the `samples` (values as `render` takes them) is filled in for each language of the
    assets, and the pass that comes of it judged whole. Errors first, then warnings.
    """
    out: list[Finding] = []
    full = {"formatVersion": 1, **_PLACEHOLDERS, **cast("dict[str, object]", plain(document))}
    out += assets.findings(frozenset(STYLE_NAMES) & full.keys())
    out += advice(full)
    for language in (None, *assets.languages):
        texts = assets.strings.get(language, {}) if language else {}
        try:
            compiled = Compiled(_translated(full, texts))
            for values in samples:
                out += validate(json.loads(compiled.fill(values)))
        except InvalidPassError as error:
            out += error.findings
    return sorted(dict.fromkeys(out), key=lambda one: one.severity != "error")


_PLACEHOLDERS: Mapping[str, object] = {
    "passTypeIdentifier": "pass.example",
    "teamIdentifier": "ABCDE12345",
}
"""What a certificate will say, for documents that are examined without one."""


def _asset_findings(assets: Mapping[str, bytes], styles: frozenset[str]) -> list[Finding]:
    try:
        files = assets if isinstance(assets, Assets) else Assets(assets)
    except InvalidPassError as error:
        return list(error.findings)
    except InvalidArchiveError as error:
        return [Finding(error.rule, "files", error.message, error.remedy)]
    return files.findings(styles)


def build(
    document: Pass | Mapping[str, object],
    assets: Assets | Mapping[str, bytes],
    signer: Signer,
    *,
    signed_at: datetime | float | None = None,
) -> bytes:
    """One signed .pkpass of a finished document, in which braces are only braces.

    For a single pass; many of one design belong in a `Template`. Raises InvalidPassError.
    """
    full = _escaped(plain(document))
    return Template(cast("dict[str, object]", full), assets, signer).render({}, signed_at=signed_at)


def _escaped(node: Any) -> Any:
    if isinstance(node, str):
        return node.replace("{", "{{").replace("}", "}}")
    if isinstance(node, dict):
        return {key: _escaped(member) for key, member in node.items()}
    if isinstance(node, list):
        return [_escaped(member) for member in node]
    return node

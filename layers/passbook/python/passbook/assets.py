"""The files of a pass besides pass.json: images and the texts of each language."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from passbook.archive import check_path
from passbook.errors import Finding
from passbook.images import image_findings
from passbook.plain import refuse
from passbook.strings import read_strings, write_strings

_GENERATED = frozenset({"pass.json", "manifest.json", "signature"})
_LOCALISED = re.compile(r"([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\.lproj/(.+)", re.ASCII)
_SHIPPED = re.compile(r"[^/]+\.png|[^/]+\.lproj/(?:[^/]+\.png|pass\.strings)|personalization\.json")


def is_shipped(path: str) -> bool:
    """Whether a file of a design's folder belongs in its passes: images and texts do."""
    return _SHIPPED.fullmatch(path) is not None


class Assets(Mapping[str, bytes]):
    """An immutable set of files by their path in the pass (`icon@2x.png`, `fr.lproj/strip.png`)."""

    __slots__ = ("_files", "_strings")

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        """Raises InvalidArchiveError on a name no pass may hold, InvalidPassError on broken texts
        and on the three files that signing makes."""
        checked: dict[str, bytes] = {}
        strings: dict[str, Mapping[str, str]] = {}
        for path, data in sorted((files or {}).items()):
            if path in _GENERATED:
                message = f"{path} is written when the pass is signed."
                raise refuse("asset-name", path, message, "Leave it out.")
            checked[check_path(path)] = bytes(data)
            found = _LOCALISED.fullmatch(path)
            if found is not None and found.group(2) == "pass.strings":
                strings[found.group(1)] = types.MappingProxyType(read_strings(data, path))
        self._files = checked
        self._strings = strings

    @classmethod
    def from_directory(cls, directory: str | Path) -> Assets:
        """The images and texts of a folder; other files in it (a design, sources) stay out."""
        root = Path(directory)
        files = {
            path.relative_to(root).as_posix(): path
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        return cls({name: path.read_bytes() for name, path in files.items() if is_shipped(name)})

    def __getitem__(self, path: str) -> bytes:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    @property
    def strings(self) -> Mapping[str, Mapping[str, str]]:
        """The texts by language."""
        return types.MappingProxyType(self._strings)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a folder, texts or not."""
        found = (_LOCALISED.fullmatch(path) for path in self._files)
        return tuple(sorted({match.group(1) for match in found if match is not None}))

    def with_files(self, files: Mapping[str, bytes]) -> Assets:
        """These files, `files` added or put in their place."""
        return Assets({**self._files, **files})

    def with_strings(self, language: str, texts: Mapping[str, str]) -> Assets:
        """These files, the texts of `language` being `texts`."""
        return self.with_files({f"{language}.lproj/pass.strings": write_strings(texts)})

    def in_language(self, language: str) -> Assets:
        """What a phone set to `language` would use: its images at the top, no folders."""
        files = {path: data for path, data in self._files.items() if "/" not in path}
        for path, data in self._files.items():
            found = _LOCALISED.fullmatch(path)
            if found is not None and found.group(1) == language and path.endswith(".png"):
                files[found.group(2)] = data
        return Assets(files)

    def limited_to(self, languages: Iterable[str]) -> Assets:
        """These files without the folders of other languages."""
        kept = set(languages)
        files: dict[str, bytes] = {}
        for path, data in self._files.items():
            found = _LOCALISED.fullmatch(path)
            if found is None or found.group(1) in kept:
                files[path] = data
        return Assets(files)

    def findings(self, styles: frozenset[str] = frozenset()) -> list[Finding]:
        """What is wrong with these files, for a pass of the given styles."""
        out = image_findings(self._files, styles)
        everything = {key for texts in self._strings.values() for key in texts}
        for language, texts in self._strings.items():
            for key in sorted(everything - texts.keys()):
                message = f"The text {key[:60]!r} of another language is missing."
                path = f"{language}.lproj/pass.strings"
                out.append(Finding("strings-missing", path, message, "Translate it.", "warning"))
        return out

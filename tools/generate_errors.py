"""Writes the list of every problem that the API answers: docs/reference/errors.md.

The codes and their sentences come from the catalogue, their statuses from the classes of the
errors that the source raises with them. `--check` writes nothing and fails where the page is
stale. Part of `make reference`.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import tessera
from tessera.domain import errors
from tessera.domain.errors import InvalidInput, NotFound, Refused, TesseraError, Unavailable
from tessera.entrypoints import faults
from tessera.entrypoints.problem import BUG, STATUS
from tessera.entrypoints.texts import TEXTS

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "errors.md"
SOURCE = Path(tessera.__file__).parent

CLASSES: Mapping[str, type[TesseraError]] = {
    name: value
    for module in (errors, faults)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, TesseraError)
}
HELPERS: Mapping[str, tuple[int, type[TesseraError]]] = {
    "fail": (0, InvalidInput),
    "_Refusal": (0, InvalidInput),
    "_refusal": (1, Refused),
    "_look_up": (2, NotFound),
    "PydanticCustomError": (0, InvalidInput),
}
"""Functions that make an error from a code: where the code stands, and what they make."""

_HEAD = """\
# Problems

Everything that is refused is answered as an RFC 9457 problem (`application/problem+json`), in
the language that `Accept-Language` asks for:

| field | holds |
|---|---|
| `type` | an address of the API that describes the code |
| `code` | the code, for programs; it never changes its meaning |
| `title`, `detail` | sentences for people, in English or French |
| `status` | the HTTP status |
| `request_id` | names the request in our logs; also in the header `X-Request-Id` |
| `field` | what is at fault: a JSON pointer into the body, or a query parameter or header |
| `errors` | every fault of a request that breaks its schema: `field`, `code`, `detail` |
| `required`, `available`, `missing` | for a refusal about an amount, at the balance's scale |

`503` says that the outcome is not known. Send the same request again, with the same
`Idempotency-Key` or document, after the seconds of `Retry-After`: it is done once.

The gateway answers some requests by itself, as `{"message": …}` and without a code: `401` for a
missing `Authorization` header, `403` for a key that is unknown, expired or revoked, `404` for an
address that no route has, `413` above 10 MB, `429` when there are too many requests.

This page is generated: `make reference`.
"""


def statuses() -> dict[str, set[int]]:
    """For every code in the source, the statuses with which it is answered."""
    found: dict[str, set[int]] = {
        BUG: {500},
        "try_again": {STATUS[Unavailable]},
        "request_invalid": {STATUS[InvalidInput]},
    }
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for code, cls in _codes(node):
                status = next(STATUS[base] for base in cls.__mro__ if base in STATUS)
                found.setdefault(code, set()).add(status)
    return found


def _codes(function: ast.FunctionDef) -> Iterator[tuple[str, type[TesseraError]]]:
    """The codes of the errors that a function makes, written out or by way of a name."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place, cls = HELPERS.get(name, (0, CLASSES.get(name)))
        if cls is None or place >= len(node.args):
            continue
        told = node.args[place]
        for expression in named.get(told.id, []) if isinstance(told, ast.Name) else [told]:
            for part in ast.walk(expression):
                if isinstance(part, ast.Constant) and part.value in TEXTS:
                    yield str(part.value), cls


def page() -> str:
    """The page."""
    known = statuses()
    # A code that is made by way of a name, or that only ever stands within `errors`.
    rows: dict[str, list[str]] = {}
    for code in sorted(TEXTS):
        told = ", ".join(str(status) for status in sorted(known.get(code, ()))) or "in `errors`"
        rows.setdefault(told, []).append(code)
    parts = [_HEAD]
    for told in sorted(rows):
        parts.append(f"\n## {told}\n\n| code | English | French |\n|---|---|---|\n")
        for code in rows[told]:
            en, fr = TEXTS[code]["en"], TEXTS[code]["fr"]
            parts.append(
                f"| `{code}` | **{en.title}.** {_cell(en.detail)} "
                f"| **{fr.title}.** {_cell(fr.detail)} |\n"
            )
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "‹").replace("}", "›")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the page was or is now up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    check = parser.parse_args(arguments).check
    text = page()
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{FILE.name} is stale. Run: make reference", file=sys.stderr)
        return 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

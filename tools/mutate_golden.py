"""Proves that the golden cases bite: each expected number, altered, turns exactly its ID red.

    python -m tools.mutate_golden [--only O-13]

Every number of every expectation is raised by one in turn, in the case as its file gives it;
every case that the alteration touches is run again, and only cases of that requirement may be
touched, of which one at least has to fail.
"""

from __future__ import annotations

import argparse
import copy
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.golden import GOLDEN, Case, load, run

_NUMBER = re.compile(r"\d+(?=\D*$)")


@dataclass(frozen=True)
class Mutation:
    """One number of one expectation."""

    case: int
    step: int
    path: str


def mutations(cases: Sequence[Case]) -> Iterator[Mutation]:
    """Every expected number of a file."""
    for place, case in enumerate(cases):
        for step, content in enumerate(case.content["steps"]):
            for path, value in (content.get("expect") or {}).items():
                if altered(value) != value:
                    yield Mutation(place, step, path)


def altered(value: Any) -> Any:
    """The value with its number raised by one; a value without number as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and "." not in value:
        return _NUMBER.sub(lambda found: str(int(found.group()) + 1), value)
    return value


def judge(path: Path, mutation: Mutation, sound: Sequence[Case]) -> str | None:
    """What is wrong with a mutation's outcome; None where exactly its ID turned red."""
    # The cases of a file share what they alias: an alteration is made in all that share it.
    content = copy.deepcopy([case.content for case in sound])
    expected = content[mutation.case]["steps"][mutation.step]["expect"]
    expected[mutation.path] = altered(expected[mutation.path])
    target = sound[mutation.case].id
    red = {
        sound[place].id
        for place, changed in enumerate(content)
        if changed != sound[place].content and run(changed)
    }
    where = f"{path.stem} {sound[mutation.case].name} step {mutation.step} {mutation.path}"
    if target not in red:
        return f"{where}: altered, and nothing turned red"
    if red != {target}:
        return f"{where}: also turned {', '.join(sorted(red - {target}))} red"
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 where every altered number turned exactly its own ID red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a requirement's ID")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    count, wrong = 0, []
    for path in sorted(GOLDEN.glob("*.yaml")):
        cases = load(path)
        for mutation in mutations(cases):
            if options.only and cases[mutation.case].id != options.only:
                continue
            count += 1
            fault = judge(path, mutation, cases)
            if fault is not None:
                wrong.append(fault)
        print(f"{path.stem}: {len(cases)} cases, {count} numbers so far", file=sys.stderr)
    for fault in wrong:
        print(fault)
    print(f"{count} numbers altered, {count - len(wrong)} turned exactly their ID red")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())

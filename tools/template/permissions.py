"""Who may do what: the template's roles as one line per action and resource.

`make golden` writes it to tests/template/permissions.golden.txt, so that a change of permissions
is a visible line of a review and never a side effect.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.template.read import Template, load, resources

ROOT: Final = Path(__file__).resolve().parents[2]
GOLDEN: Final = ROOT / "tests" / "template" / "permissions.golden.txt"


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One action on one resource; the condition is empty when there is none."""

    role: str
    action: str
    resource: str
    condition: str

    def __str__(self) -> str:
        line = f"{self.role:<34} {self.action:<32} {self.resource}"
        return f"{line}  if {self.condition}" if self.condition else line


def permissions(template: Template) -> Iterator[Permission]:
    """Every permission of every role, one by one."""
    for role, resource in sorted(resources(template, "AWS::IAM::Role").items()):
        for policy in resource["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in _list(statement["Action"]):
                    for target in _list(statement["Resource"]):
                        yield Permission(role, str(action), readable(target), _condition(statement))


def table(template: Template) -> str:
    """The permissions as text, sorted, one a line."""
    return "".join(f"{permission}\n" for permission in sorted(permissions(template)))


def readable(value: Any) -> str:
    """An intrinsic function in few characters: `Table.Arn`, `${Table.Arn}/index/due`."""
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case {"Fn::Sub": str(text)}:
            return text
        case _:
            return json.dumps(value, sort_keys=True)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _condition(statement: dict[str, Any]) -> str:
    condition = statement.get("Condition")
    return json.dumps(condition, sort_keys=True) if condition else ""


def main() -> int:
    """Write the golden file."""
    template = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    GOLDEN.write_text(table(template), encoding="utf-8")
    print(f"{GOLDEN.relative_to(ROOT)} written: review it like code")
    return 0


if __name__ == "__main__":
    sys.exit(main())

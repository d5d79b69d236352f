"""Which tests must run on one worker, one after the other."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling

# One stack is deployed for all tests that look at it from outside; two workers that each deployed
# it at the same place would stop it under each other's hands. The simulator takes a whole core.
TOGETHER: Final = {"browser": "stack", "e2e": "stack", "simulation": "simulation"}


def group_of(nodeid: str) -> str:
    """The tests that share a worker with this one: by its folder, or itself alone."""
    parts = nodeid.split("/")
    folder = parts[1] if parts[0] == "tests" and len(parts) > 2 else ""
    return TOGETHER.get(folder, nodeid)


class ByFolder(LoadScopeScheduling):
    """Spreads tests over the workers, the groups of `TOGETHER` whole.

    It goes by the test's path. The marker `xdist_group` would be the usual way, but xdist 3.8
    writes it into a node id that pytest 9.2 does not let it change, and says nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

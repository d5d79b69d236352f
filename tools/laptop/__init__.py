"""The laptop stack: the deployed template on MiniStack, with pretended Apple, Google and phone.

`Stack` is the interface for tests; `python -m tools.laptop` is the one behind `make run`.
Why it is made so, and what was learnt of its parts, is in docs/decisions/0004-laptop-stack.md.
"""

from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack

__all__ = ["LaptopError", "Places", "Stack"]

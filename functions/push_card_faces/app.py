"""The queue of pushes: a new design or news reach the cards that are out, step by step."""

from tessera.bootstrap import container
from tessera.entrypoints.push_queue import FacePushQueue

handler = FacePushQueue(container).handler

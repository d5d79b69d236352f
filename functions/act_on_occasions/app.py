"""Fires what is due for the members whom the pagers found."""

from tessera.bootstrap import container
from tessera.entrypoints.queues import OccasionWorker

handler = OccasionWorker(container).handler

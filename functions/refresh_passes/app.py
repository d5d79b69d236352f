"""The queue of members whose cards may have changed: pushes to Apple, updates to Google."""

from tessera.bootstrap import container
from tessera.entrypoints.card_queue import CardQueue

handler = CardQueue(container).handler

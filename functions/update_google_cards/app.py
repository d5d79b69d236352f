"""The queues of cards that Google must learn of: tills first, campaigns after."""

from tessera.bootstrap import container
from tessera.entrypoints.google_queue import GoogleQueue

handler = GoogleQueue(container).handler

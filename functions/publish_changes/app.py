"""The outbox: the table's stream becomes events on the bus."""

from tessera.bootstrap import container
from tessera.entrypoints.streams import Outbox

handler = Outbox(container).handler

"""Pages the members whose value is about to expire, or who are to be reminded of it."""

from tessera.bootstrap import container
from tessera.entrypoints.schedules import Schedule

handler = Schedule("fire_expiry_warning_events", container).handler

"""Pages the members whose tier, membership or club has its anniversary."""

from tessera.bootstrap import container
from tessera.entrypoints.schedules import Schedule

handler = Schedule("fire_tier_anniversary_events", container).handler

"""Pages the members whose birthday is near or here."""

from tessera.bootstrap import container
from tessera.entrypoints.schedules import Schedule

handler = Schedule("fire_birthday_events", container).handler

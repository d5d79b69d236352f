"""Pages the members whose value expired, activates or whose tier is to be reviewed."""

from tessera.bootstrap import container
from tessera.entrypoints.schedules import Schedule

handler = Schedule("expire_points", container).handler

"""Once a day: how many days Apple's certificates are still good for, as a metric with an alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.ports import Clock
from tessera.application.watch_certificates import Certificates, watch_certificates
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "watch_certificates"
METRIC = "CertificateDaysLeft"


class Container(Protocol):
    """What the watch needs of the composition root."""

    @property
    def certificates(self) -> Certificates: ...

    @property
    def wall_clock(self) -> Clock: ...


class CertificateWatch:
    """The watch under its schedule."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Tell the days that are left of each certificate, and log what is wrong with them.

        The metric is that of the certificate that ends first. A stack without Apple's certificate
        has nothing to tell, and no alarm.
        """
        del event, context
        container = self._container()
        state = watch_certificates(container.certificates, container.wall_clock)
        logger = observability.logger_of(SERVICE)
        if state is None:
            logger.info("no certificate is configured")
            return {}
        observability.count_all(SERVICE, {METRIC: min(state.days_left.values())})
        logger.info("certificates looked at", extra={"days_left": dict(state.days_left)})
        for fault in state.faults:
            logger.warning(
                "a certificate wants attention",
                extra={"rule": fault.rule, "told": fault.message, "remedy": fault.remedy},
            )
        return {"days_left": dict(state.days_left), "rules": [one.rule for one in state.faults]}

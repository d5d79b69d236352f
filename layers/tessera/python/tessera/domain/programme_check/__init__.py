"""What is wrong with a programme document beyond its form, before anybody publishes it."""

from tessera.domain.programme_check.checking import check
from tessera.domain.programme_check.finding import Finding, Severity

__all__ = ["Finding", "Severity", "check"]

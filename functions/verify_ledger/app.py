"""Verifies every account each night and signs where they stand."""

from tessera.bootstrap import container
from tessera.entrypoints.verification import Verification

handler = Verification(container).handler

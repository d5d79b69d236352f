"""The gateway's authorizer: API keys."""

from tessera.bootstrap import container
from tessera.entrypoints.authorizer import Authorizer

handler = Authorizer(container).handler

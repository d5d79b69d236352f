"""The gateway's authorizer: API keys."""

from tessera.bootstrap_authorizer import container
from tessera.entrypoints.authorizer import Authorizer

handler = Authorizer(container).handler

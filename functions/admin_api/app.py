"""The HTTP surface of administrators: programmes and API keys."""

from tessera.bootstrap import container
from tessera.entrypoints.admin_api import BINDINGS
from tessera.entrypoints.http import Api

handler = Api("admin_api", BINDINGS, container).handler

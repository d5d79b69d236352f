"""The HTTP surface of card designs: uploads, pushes, news."""

from tessera.bootstrap import container
from tessera.entrypoints.design_api import BINDINGS
from tessera.entrypoints.http import Api

handler = Api("design_api", BINDINGS, container).handler

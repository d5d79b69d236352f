"""The HTTP surface of tills, web shops and partners."""

from tessera.bootstrap import container
from tessera.entrypoints.http import Api
from tessera.entrypoints.till_api import BINDINGS

handler = Api("till_api", BINDINGS, container).handler

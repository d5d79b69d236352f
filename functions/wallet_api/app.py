"""The HTTP surface of wallets: Apple's web service, card links, images of card designs."""

from tessera.bootstrap import container
from tessera.entrypoints.wallet_api import WalletApi

handler = WalletApi(container).handler

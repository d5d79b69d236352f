"""Apple Wallet: cards signed by `passbook`, pushes over HTTP/2."""

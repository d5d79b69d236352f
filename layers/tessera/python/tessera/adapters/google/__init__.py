"""Google Wallet: objects over REST, save links as signed tokens."""

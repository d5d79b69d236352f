"""A stand-in for Google Wallet's REST service, for the laptop and the tests. Never deployed.

Every request is held against Google's own discovery document, read from the installed package
`google-api-python-client`, so that a field we misspell or mistype is refused here as there.
"""

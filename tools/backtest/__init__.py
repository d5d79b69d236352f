"""Tries a programme on a file of receipts, beside the version in force."""

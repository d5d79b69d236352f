"""Proofs that take minutes: `make prove`. Each prints what it did and fails loudly."""

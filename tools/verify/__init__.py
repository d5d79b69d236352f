"""Audits the table from its raw rows, by code that shares nothing with the engine's."""

"""Tessera: a serverless loyalty engine that lives on its members' phones."""

__version__ = "0.1.0"

"""Imports purchases of the past from files, through the API."""

"""Simulated phones by the thousand: does each hear of each change, once (`make fleet`)."""

"""Engines that tests and measurements run against; none of them is deployed."""

"""Posters, counter signs, plastic cards and staff sheets: laid out once, written as SVG or PDF."""

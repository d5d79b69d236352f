"""The pure core: standard library only, handed the time, integers only."""

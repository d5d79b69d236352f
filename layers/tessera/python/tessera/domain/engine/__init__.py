"""The rules at work: one module per way to earn, spend, rise and be rewarded."""

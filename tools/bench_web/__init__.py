"""How fast the till reads cards, beside other scanners, in one Chromium on this machine."""

"""The command line for programmes: check, plan, backtest, explain, simulate-basket."""

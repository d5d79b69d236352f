"""Workers of `make bench-wallet`: each makes the same cards with one library.

A worker runs in an environment of its own, reads what to make from a folder that
`tools.bench_wallet` has prepared, and answers on its standard output (`tools.wallet_peers.work`).
"""

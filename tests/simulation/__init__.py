"""The ledger under everything that can go wrong, thousands of times a second.

Production code runs unmodified from the use case down to the `Store` port: use cases, commit
protocol, deciders, driver, rows. Below stands a table in memory with DynamoDB's semantics; above
stand many clients; in between a seeded scheduler loses, delays, doubles and reorders. What comes
out is judged by numbered invariants that share no code with what they judge.
"""

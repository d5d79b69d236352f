"""The doctor against a deployed stack: the twenty known failures, looked at from outside."""

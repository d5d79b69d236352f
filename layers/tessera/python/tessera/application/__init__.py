"""One module per use case, the ports they need, and the commit protocol."""

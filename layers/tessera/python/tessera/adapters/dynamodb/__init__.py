"""The one table: keys, rows, sizes and the driver of the commit protocol."""

"""What surrounds the system: stand-ins, a phone, benchmarks, importers. None of it is deployed."""

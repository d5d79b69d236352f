"""Keeps the derived parts of template.yaml in step with what they derive from."""

"""The types that the pages' comments name, checked."""

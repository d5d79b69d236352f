"""An identity provider for the laptop stack: it signs in demo staff of each role.

It shares no code with what judges its tokens; import-linter holds that.
"""

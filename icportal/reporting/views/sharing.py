"""Sections given to colleagues, who need no account."""

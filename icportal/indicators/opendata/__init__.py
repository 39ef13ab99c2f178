"""Releases: what is published, frozen in every format at an address of its own. Sees published observations only."""

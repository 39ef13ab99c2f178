"""The world of the matrix serves here too: it has one of everything."""

from security.conftest import world

__all__ = ["world"]

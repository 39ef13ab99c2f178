"""How fast the portal is, measured against bare Flask pages in the same run: `make bench`."""

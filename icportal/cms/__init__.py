"""The home page and the portal's own pages."""

"""The facts the portal ships: cities, practices, events, the charter, names and the map."""

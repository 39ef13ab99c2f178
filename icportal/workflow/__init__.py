"""States and the ways between them, for every domain alike: definition, engine, history, worklists."""

"""A briefing for a city's council."""

"""Sign-off by the mayor's office, review by the coordinator, and what changed at each step."""

"""Action plans: what a city does about its gaps, and where each action came from."""

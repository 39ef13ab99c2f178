"""The portal on which a network of cities runs its charter."""

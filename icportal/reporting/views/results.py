"""Results of a round: for the public, for the network, for one city."""

"""Cities of the network, their people and their public page."""

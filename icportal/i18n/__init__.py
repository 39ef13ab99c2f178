"""Languages of the interface and of content: which there are, which one is meant, and how they are written."""

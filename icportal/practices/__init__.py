"""Good practices: from a draft in one language to the public library in many."""

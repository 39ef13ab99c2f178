"""The charter, its commitments, and who has signed it."""

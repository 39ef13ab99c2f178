"""Workbooks, both ways: bytes to plain records with a verdict for every cell, and back. Knows no session."""

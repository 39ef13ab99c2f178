"""The workbook of a plan, both ways: plain records to bytes, and back with a verdict for every cell. Knows no session."""

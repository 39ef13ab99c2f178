"""A city's answers as a workbook, both ways: what is asked with what is said, and what a filled one says. Knows no session."""

"""The whole questionnaire as a workbook and back, and as a printable document."""

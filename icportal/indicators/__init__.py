"""Indicators: the catalogue, the cities' observations, the workbook exchange, figures and open data."""

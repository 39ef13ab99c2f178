"""The evidence of a city, used again over questions and rounds."""

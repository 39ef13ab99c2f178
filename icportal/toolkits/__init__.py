"""Toolkits: what a city that meets a standard does, as key factors with questions it can ask itself."""

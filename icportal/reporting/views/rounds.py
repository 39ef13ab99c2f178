"""Rounds as coordinators run them: opening, the board of cities, deadlines, closing."""

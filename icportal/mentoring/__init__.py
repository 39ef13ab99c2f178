"""Mentoring between cities: programmes, needs and offers, matching, pairings, visits, evaluation."""

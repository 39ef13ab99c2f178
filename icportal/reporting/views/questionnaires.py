"""Questionnaires: the list, editing on pages, publishing, exchange as XLSForm."""

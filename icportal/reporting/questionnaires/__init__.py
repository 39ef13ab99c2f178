"""A questionnaire as a document: its structure, its words, its conditions, and the files it is exchanged in."""

"""What a council gets of its city's answers: two pages with a draft resolution and the text of an agenda item."""

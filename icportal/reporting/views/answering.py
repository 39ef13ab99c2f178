"""A city answers: the list of sections, one section a page, and what is checked before it is sent on."""

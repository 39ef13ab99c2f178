"""Questionnaires as XLSForm, the workbook in which others write theirs: read with every fault named, and written.

What is read: the sheets ``survey``, ``choices`` and ``settings``. A group at the top is a section, one within it only
hands its condition down (and its heading becomes a note to read), a repeat is a question with a table whose columns
are its rows. Languages stand in the headings: ``label::English (en)``, ``hint::…``, ``constraint_message::…``.

Columns of our own on ``survey``, which other programs leave alone and forms of others do not have:

==============  ==============================================================================
``commitment``  on a group: the number of the commitment whose block it is
``role``        what the answer means to the portal (``enums.QuestionRole``)
``visibility``  what the answer starts with: city, network or public (the default)
``former``      the code the question had in an earlier edition
``words``       the most words of a text, of a question or of a column
``rows``        on a repeat: the most rows of the table
``indicator``   the code of the indicator that is asked for
``portal_type`` on a ``text``: link, practice or indicator
==============  ==============================================================================

On ``settings``: ``portal_title::…`` is the title in the other languages, ``summary::…`` the summary in each.
"""

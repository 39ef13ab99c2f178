"""Text in several languages with a workflow: what practices, pages, questionnaires and chapters share."""

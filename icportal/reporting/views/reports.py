"""The network's report: chapters, mentions, editions."""

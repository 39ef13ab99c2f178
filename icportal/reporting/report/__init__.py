"""The network's report: what stands for results in its text, how it is drafted, and what is made of it."""

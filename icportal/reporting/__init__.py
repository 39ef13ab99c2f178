"""The reporting round: questionnaires, rounds, cities' responses with their evidence, results, and the network's report."""

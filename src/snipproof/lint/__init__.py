"""``snipproof check``: rules over a docs tree, and what is done with their Findings."""

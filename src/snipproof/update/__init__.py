"""Updates Expectations in place: proposes the new text of a block and writes it into its Source."""

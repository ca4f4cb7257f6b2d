"""Update in place: what a block has to show from now on, and how it gets into its file."""

"""One Runner a language: each runs a whole Source in a process of its own and reports which probes it passed."""

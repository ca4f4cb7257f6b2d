"""One Runner a language: each builds the Sources of a Suite, runs them whole and reports which probes they passed."""

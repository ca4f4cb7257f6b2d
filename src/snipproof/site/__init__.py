"""Reads the Pages, Sources and Suites of one docs site. Text in, text out: never runs code, never opens a socket."""

"""The static side: reads Pages, Sources and Suites. Pure text in, text out; never runs code, never opens a socket."""

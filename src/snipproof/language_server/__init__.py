"""``snipproof server``: what ``check`` finds, and navigation between pages and Sources, in an editor.

Nothing here runs code of the docs, starts a process or connects to anything.
"""

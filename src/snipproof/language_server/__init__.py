"""``snipproof server``: what ``check`` finds, and navigation between pages and Sources, in an editor.

Nothing here runs code of the docs or starts a process. Only the commands connect to something: a running watcher.
"""

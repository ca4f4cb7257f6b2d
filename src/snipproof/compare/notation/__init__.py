"""Readers of data in every notation: JSON, what Python, Node.js, Go and Java print, and plain text.

To add a notation, write a module with a :class:`~snipproof.compare.notation.reader.Reader`, and add a row to
``readers.READERS`` and a member to :class:`~snipproof.compare.tree.Notation`.
"""

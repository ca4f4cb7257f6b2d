"""snipproof proves documentation: it runs the snippets that docs show and checks the output that they show.

:mod:`snipproof.model` holds the vocabulary. :mod:`snipproof.api` is what other code may import; everything else is
private. The layers of the package are in CONTRIBUTING.md: only ``processes`` and the layers above it run anything.
"""

__version__ = "0.1.0"

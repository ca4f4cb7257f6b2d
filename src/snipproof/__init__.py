"""snipproof proves documentation: it runs the snippets docs show and checks the output they show.

The words used in every module are defined in :mod:`snipproof.model`. The package has two sides with a wall between
them: :mod:`snipproof.site` only reads text, :mod:`snipproof.prove` runs code and is only imported on explicit request.
"""

__version__ = "0.1.0"

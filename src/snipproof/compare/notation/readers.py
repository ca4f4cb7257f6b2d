"""The registry of notations: which reader reads which notation."""

from __future__ import annotations

from typing import Final

from snipproof.compare.notation.array_notation import ArrayReader
from snipproof.compare.notation.go_notation import GoReader, GoSyntaxReader
from snipproof.compare.notation.java_notation import JavaReader
from snipproof.compare.notation.json_notation import JsonReader
from snipproof.compare.notation.node_notation import NodeReader
from snipproof.compare.notation.python_notation import PythonReader
from snipproof.compare.notation.reader import Reader
from snipproof.compare.tree import Notation

READERS: Final[tuple[tuple[Notation, type[Reader]], ...]] = (
    (Notation.PYTHON, PythonReader),
    (Notation.NODE, NodeReader),
    (Notation.JSON, JsonReader),
    (Notation.GO, GoReader),
    (Notation.GO, GoSyntaxReader),
    (Notation.PYTHON, ArrayReader),
    (Notation.JAVA, JavaReader),
)
"""In the order in which they are tried; a notation may have several readers."""

"""Who reads which notation."""

from __future__ import annotations

from typing import Final

from snipproof.prove.expect.notation.go_notation import GoReader
from snipproof.prove.expect.notation.go_syntax import GoSyntaxReader
from snipproof.prove.expect.notation.java_notation import JavaReader
from snipproof.prove.expect.notation.json_notation import JsonReader
from snipproof.prove.expect.notation.node_notation import NodeReader
from snipproof.prove.expect.notation.python_notation import PythonReader
from snipproof.prove.expect.notation.reader import Reader
from snipproof.prove.expect.tree import Notation

READERS: Final[tuple[tuple[Notation, type[Reader]], ...]] = (
    (Notation.PYTHON, PythonReader),
    (Notation.NODE, NodeReader),
    (Notation.JSON, JsonReader),
    (Notation.GO, GoReader),
    (Notation.GO, GoSyntaxReader),
    (Notation.JAVA, JavaReader),
)
"""In the order in which they are tried, where nothing else is known."""

"""Reads Python literals and reprs: ``{'a': None}``, ``UUID('…')``, ``Object(uuid=…)``, ``<Color.RED: 1>``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets, elements, literal
from snipproof.compare.notation.reader import COMMENT
from snipproof.compare.notation.verbatim import is_unmistakable
from snipproof.compare.tree import (
    Array,
    Constant,
    Elision,
    Member,
    Node,
    Number,
    Object,
    String,
    TypedNode,
    Undefined,
    Verbatim,
)

_DIGITS = r"(?:(?:0|[1-9][0-9_]*+)(?:\.[0-9_]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
_NUMPY = re.compile(r"(?:np|numpy)\.[a-z]+[0-9]*_?\Z")
_EQUALS = re.compile(r"\s*=")
_NAMELESS = {"np.True_": True, "np.False_": False, "numpy.True_": True, "numpy.False_": False}


class PythonReader(Brackets):
    """Reads tuples as lists, and sets and bytes as TypedNodes, like ``frozenset({…})``."""

    pattern = re.compile(
        rf"[\s\ufeff]*+(?:{COMMENT}"
        r"|(?P<string>b?(?:'(?:[^'\\\r\n]++|\\(?:\r\n|.))*+'|" + r'"(?:[^"\\\r\n]++|\\(?:\r\n|.))*+"))'
        rf"|(?P<number>[+-]?(?:{_DIGITS}(?![\w.])|(?:inf|nan)\b))|(?P<dots>\.\.\.(?!\.))"
        r"|(?P<word>[^\W\d]\w*+(?:\.(?:[^\W\d]\w*+|<locals>))*+)"
        r"|(?P<type><class '[\w.<>]++'>)|(?P<enum><[^\W\d][\w.]*+(?:\|\w++)*+: )|(?P<mark>[\[\](){}:,=>]))",
        re.DOTALL,
    )
    constants: ClassVar[dict[str, bool | Undefined | None]] = {"True": True, "False": False, "None": None, **_NAMELESS}
    knows_names = True

    def __init__(
        self, text: str, *, captures: Sequence[str] = (), is_expected: bool = True, lenient: bool = False
    ) -> None:
        self._constructors = 0
        super().__init__(text, captures=captures, is_expected=is_expected, lenient=lenient)

    def value_readers(self) -> dict[str, Callable[[], Node]]:
        """Return the methods that read a value, by the kind of its first token or by its first mark."""
        return super().value_readers() | {"(": self.tuple, "type": self.type, "enum": self.enum}

    def unescape(self, raw: str, begin: int) -> str:
        """Return the value of a string whose content is ``raw``."""
        try:
            return escapes.python(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)

    def number(self) -> Node:
        """Return the number at the current token."""
        return self.digits(self.token.replace("nan", "NaN"))

    def string(self) -> Node:
        """Return the string at the current token, joined with those that follow on lines below without a comma.

        ``pprint`` splits long strings that way. Two strings on one line are two values, as Go prints them.
        """
        begin, is_bytes = self.begin, self.text[self.begin] == "b"
        values: list[str] = []
        is_open = False
        # Outside of brackets, another string is another document.
        while (
            self.kind == "string"
            and (self.text[self.begin] == "b") is is_bytes
            and (not values or (self.depth and self.new_line))
        ):
            value, is_open = self.content(self.begin + 1 + is_bytes, self.end - 1)
            values.append(value)
            self.advance()
        node = String(begin, self.last_end, "".join(values), is_open)
        return self._call(node, "bytes", node) if is_bytes else node

    def word(self) -> Node:
        """Return a constant, or the constructor that begins here."""
        begin, name = self.begin, self.token
        if name in self.constants:
            return super().word()
        self.advance()
        if self.at("(") and self.begin == self.last_end:
            return self.constructor(begin, name)
        # Only constructors contain bare names, such as ``datetime.timezone.utc`` and the ``float32`` of an array.
        if not self._constructors or not ("." in name or self.text.endswith("dtype=", 0, begin)):
            self.fail(f"a value expected, found {name!r}", begin)
        return TypedNode(begin, self.last_end, name, (), Object(self.last_end, self.last_end, ()))

    def constructor(self, begin: int, name: str) -> Node:
        """Return the data of the type ``name`` whose bracket opens at the current token."""
        inside = self.end
        self._constructors += 1
        try:
            items = self.sequence(")", self.argument)
        finally:
            self._constructors -= 1
        members = self.assemble(
            inside, self.last_end - 1, [item for item in items if isinstance(item, Member | Elision)]
        )
        named = next((at for at, item in enumerate(items) if isinstance(item, Member)), len(items))
        if any(not isinstance(item, Member | Elision) for item in items[named:]):
            self.fail("an argument without a name behind one with a name", begin)
        # An Elision in front of all names may stand for positional arguments, too.
        positional = tuple(item for item in items[:named] if not isinstance(item, Member))
        only = positional[0] if len(positional) == 1 and not members.members else None
        if _NUMPY.match(name) and isinstance(only, Number | String | Constant):
            return only
        if name.endswith("Decimal") and isinstance(only, String):
            positional = (self._decimal(only),)
        elif name.endswith("OrderedDict") and isinstance(only, Array):
            positional = (self._pairs(only),)
        return TypedNode(begin, self.last_end, name, positional, members)

    def argument(self) -> Node | Member:
        """Return one argument of a constructor."""
        begin, name, kind = self.begin, self.token, self.kind
        if kind == "word" and _EQUALS.match(self.text, self.end):
            self.advance()
            self.take("=")
            return Member(begin, name, self.value())
        return self.value()

    def tuple(self) -> Node:
        """Return the tuple that begins here, or the only value in the brackets."""
        begin = self.begin
        items = self.sequence(")", self.value)
        comma = self.text[begin : self.last_end - 1].rstrip().endswith(",")
        if len(items) == 1 and not comma and not isinstance(items[0], Elision):
            return items[0]
        return Array(begin, self.last_end, elements(items))

    def braces(self) -> Node:
        """Return the dict or the set that begins here."""
        begin = self.begin
        items = self.sequence("}", self.member_or_value)
        others = [item for item in items if not isinstance(item, Member | Elision)]
        members = [item for item in items if isinstance(item, Member | Elision)]
        if not others:
            return self.assemble(begin, self.last_end, members)
        if any(isinstance(item, Member) for item in items):
            self.fail("neither a dict nor a set: only some of its values have keys", others[0].begin)
        array = Array(begin, self.last_end, elements([item for item in items if not isinstance(item, Member)]))
        return self._call(array, "set", array)

    def member_or_value(self) -> Node | Member:
        """Return an item of a dict or of a set."""
        begin = self.begin
        key = self.value(",:")
        if not self.at(":"):
            return key
        self.advance()
        return Member(begin, self.key(key), self.value())

    def key(self, node: Node) -> str:
        """Return the name of a member with this key in JSON."""
        if isinstance(node, Verbatim) and not is_unmistakable(node.text):
            self.fail("a key expected", node.begin)
        if isinstance(node, String):
            return literal(node)
        if isinstance(node, Constant):
            return {"True": "true", "False": "false", "None": "null"}.get(str(node.value), "")
        if isinstance(node, TypedNode) and len(node.positional) == 1 and isinstance(node.positional[0], String):
            return literal(node.positional[0])
        return self.text[node.begin : node.end]

    def type(self) -> Node:
        """Return the class at the current token."""
        begin = self.begin
        name = String(begin + len("<class "), self.end - 1, self.token[len("<class '") : -2])
        self.advance()
        return TypedNode(begin, self.last_end, "class", (name,), Object(self.last_end, self.last_end, ()))

    def enum(self) -> Node:
        """Return the member of an enumeration that begins here."""
        begin, name = self.begin, self.token[1:-2]
        self.enter()
        self.advance()
        value = self.value()
        self.leave()
        self.take(">")
        return TypedNode(begin, self.last_end, name, (value,), Object(self.last_end - 1, self.last_end - 1, ()))

    def _call(self, place: Node, name: str, value: Node) -> TypedNode:
        return TypedNode(place.begin, place.end, name, (value,), Object(place.end, place.end, ()))

    def _decimal(self, node: String) -> Node:
        """Return the number in ``Decimal('0.1')``."""
        if re.fullmatch(rf"[+-]?{_DIGITS}", self.text[node.begin + 1 : node.end - 1]):
            return Number(node.begin + 1, node.end - 1, node.value)
        return node

    def _pairs(self, node: Array) -> Node:
        """Return the object in ``OrderedDict([('a', 1)])``, as later versions print it."""
        members: list[Member | Elision] = []
        for item in node.items:
            if isinstance(item, Elision):
                members.append(item)
            elif isinstance(item, Array) and len(item.items) == 2 and not isinstance(item.items[0], Elision):
                members.append(Member(item.items[0].begin, self.key(item.items[0]), item.items[1]))
            else:
                return node
        return self.assemble(node.begin, node.end, members)

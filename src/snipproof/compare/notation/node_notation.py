"""Reads what Node.js prints with ``util.inspect``: ``{ a: 'x' }``, ``Photo { title: 'Cat' }``, ``[Function: f]``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from snipproof.compare.notation import escapes
from snipproof.compare.notation.brackets import Brackets, elements, literal
from snipproof.compare.notation.json_notation import SPACE, STRINGS
from snipproof.compare.notation.reader import COMMENT
from snipproof.compare.tree import UNDEFINED, Array, Elision, Member, Node, Object, String, TypedNode, Undefined

_NAME = r"[^\W\d][\w$]*+|\$[\w$]*+"
_LABEL = r"[^\[\]{}<>()'\"`,\r\n]"
_NUMBER = (
    r"[+-]?(?:(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?|(?:0|[1-9][0-9]*+)n)(?![\w$.])"
    r"|[+-](?:Infinity|NaN)(?![\w$])"
)
_ERROR_NAME = r"(?:[A-Z][\w$]*(?:Error|Exception)|Error|[A-Z][\w$]*\ \[\w*Error\])(?:\ \[[^\[\]\r\n]*\])?"

TOKENS: Final = re.compile(
    rf"""{SPACE}(?:
      {COMMENT}
    | (?P<string>{STRINGS}|`(?:[^`\\]++|\\.)*+`)
    | (?P<date>[+-]?[0-9]{{4,6}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]{{12}}Z|Invalid\ Date)
    | (?P<number>{_NUMBER})
    | (?P<more>\.\.\.\ (?:[0-9]+\ )?more\ [a-z]+|<Buffer\ [0-9a-f\ ]*\.\.\.[^<>\r\n]*>)
    | (?P<dots>\.\.\.(?!\.))
    | (?P<regexp>/(?:[^/\\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.)*\])+/[a-z]*)
    | (?P<stack>{_ERROR_NAME}(?::\ [^\r\n]*)?(?:\r?\n[\ \t]+at\ [^\r\n]*?(?=\ \{{\r?\n|,\r?\n|\ [\]}}]|\r?\n|\Z))+)
    | (?P<symbol>Symbol\([^\r\n]*?\)(?=[\s,\]}}:]|\Z))
    | (?P<failed>\[{_ERROR_NAME}(?::\ [^\r\n]*?)?\](?=\s*(?:[,\]}}{{]|\r?\n|\Z)))
    | (?P<boxed>\[(?:String|Number|Boolean|BigInt|Symbol):\ )
    | (?P<tag>\[(?!(?:true|false|null|undefined|NaN|Infinity)[\],])
          (?!(?:new\ +)?(?!Symbol\()(?:{_NAME})\()(?:{_NAME})(?:{_LABEL}|\([^()\r\n]*\)
          |\[[^\[\]\r\n]*\])*+\])
    | (?P<prefix>(?:{_NAME})(?:\([0-9]+\))?(?:\ \[[^\[\]{{}}'",\r\n]+\](?=\ [\[{{]))?(?:\ <{_LABEL}+>)?\ (?=[\[{{]))
    | (?P<reference><ref\ \*[0-9]+>)
    | (?P<angle><(?:(?:Buffer|[0-9a-f]{{2}})(?:\ [0-9a-f]{{2}})*+|[0-9]+\ empty\ items?|pending|items\ unknown)>)
    | (?P<call>(?:new\ +)?(?:{_NAME})(?:\.(?:{_NAME}))*+\()
    | (?P<word>{_NAME})
    | (?P<mark>=>|[\[\]{{}}:,+)])
    )""",
    re.DOTALL | re.VERBOSE,
)


_COLON = re.compile(r"\s*:")
_SIZE = re.compile(r"\([0-9]+\)")
_FUNCTION = re.compile(r"\[(?P<name>(?:Async)?(?:Generator)?Function|class|Circular)\b:? ?(?P<what>.*)\]", re.DOTALL)
_ACCESSORS = ("[Getter]", "[Setter]", "[Getter/Setter]")
_ERROR = re.compile(r"\[?(?P<name>[^:\r\n\]]*(?:\][^:\r\n\]]*)?)(?:: (?P<message>[^\r\n]*))?")


@dataclass(frozen=True, slots=True)
class _Pair:
    """An entry of a Map."""

    key: Node
    value: Node


class NodeReader(Brackets):
    """Reads what JSON lacks, such as classes, Maps, Sets and Dates, as TypedNodes; a null prototype is not a class."""

    pattern = TOKENS
    constants: ClassVar[dict[str, bool | Undefined | None]] = {
        "true": True,
        "false": False,
        "null": None,
        "undefined": UNDEFINED,
    }
    knows_names = True

    def value_readers(self) -> dict[str, Callable[[], Node]]:
        """Return the methods that read a value, by the kind of its first token or by its first mark."""
        return super().value_readers() | {
            "date": lambda: self.named("Date"),
            "regexp": lambda: self.named("RegExp"),
            "symbol": lambda: self.named("Symbol", len("Symbol("), -1),
            "stack": self.error,
            "failed": self.error,
            "boxed": self.boxed,
            "tag": self.tag,
            "prefix": self.prefix,
            "reference": self.reference,
            "angle": self.angle,
            "call": self.call,
            "more": self.fail_shortened,
        }

    def unescape(self, raw: str, begin: int) -> str:
        """Return the value of a string whose content is ``raw``."""
        try:
            return escapes.javascript(raw)
        except escapes.EscapeError as error:
            self.fail(f"{error}", begin + error.offset)

    def string(self) -> Node:
        """Return the string at the current token, with the further parts behind ``+``."""
        begin = self.begin
        value, is_open = self.content(begin + 1, self.end - 1)
        values = [value]
        self.advance()
        while self.at("+"):
            self.advance()
            if self.kind != "string":
                self.fail(f"the rest of a string expected, found {self.found}")
            value, is_open = self.content(self.begin + 1, self.end - 1)
            values.append(value)
            self.advance()
        if self.kind == "more" and self.begin == self.last_end:
            self.fail_shortened()
        return String(begin, self.last_end, "".join(values), is_open)

    def word(self) -> Node:
        """Return a constant; ``Infinity`` and ``NaN`` are numbers."""
        return self.digits(self.token) if self.token in ("Infinity", "NaN") else super().word()

    def array(self) -> Node:
        """Return the array that begins here; named members may follow its elements."""
        begin = self.begin
        items = self.sequence("]", self.entry)
        members = [item for item in items if isinstance(item, Member)]
        array = Array(begin, self.last_end, elements([item for item in items if not isinstance(item, Member | _Pair)]))
        if any(isinstance(item, _Pair) for item in items):
            self.fail("'=>' in an array", begin)
        if not members:
            return array
        return TypedNode(begin, self.last_end, "Array", (array,), self.assemble(begin, self.last_end, members))

    def braces(self) -> Node:
        """Return the object without a class that begins here."""
        begin = self.begin
        items = self.sequence("}", self.entry)
        members = [item for item in items if isinstance(item, Member | Elision)]
        if len(members) != len(items):
            self.fail("a value without a name in an object", begin)
        return self.assemble(begin, self.last_end, members)

    def entry(self) -> Node | Member | _Pair:
        """Return an item between brackets."""
        begin = self.begin
        if self.kind in ("string", "word", "tag", "number") and _COLON.match(self.text, self.end):
            token = self.token
            name = self.unescape(token[1:-1], begin + 1) if self.kind == "string" else token
            self.advance()
            self.take(":")
            return Member(begin, name, self.value())
        key = self.value()
        if not self.at("=>"):
            return key
        self.advance()
        return _Pair(key, self.value())

    def named(self, name: str, skip: int = 0, until: int = 0) -> TypedNode:
        """Return a TypedNode with one string, which is in the current token."""
        begin, end = self.begin, self.end
        self.advance()
        value = String(begin + skip, end + until, self.text[begin + skip : end + until])
        return TypedNode(begin, end, name, (value,), Object(end, end, ()))

    def tag(self) -> Node:
        """Return what is printed as words in brackets; a class alone, such as ``[Object]``, replaces data."""
        begin, token = self.begin, self.token
        followed = self.text[self.end : self.end + 2] in (" {", " [")
        if token.endswith(": null prototype]") and followed:
            return self.prefix()
        if match := _FUNCTION.fullmatch(token):
            name, place = match["name"], begin + match.start("what")
            positional = (String(place, place + len(match["what"]), match["what"]),) if match["what"] else ()
        elif token in _ACCESSORS or followed:
            name, positional = token[1:-1], ()
        elif self.depth and self.text[begin - 1].isspace():
            self.fail_shortened()
        else:
            self.fail(f"{self.found} is not data")
        self.advance()
        return self.with_members(begin, name, positional) if followed else self.alone(begin, name, positional)

    def prefix(self) -> Node:
        """Return the data whose class name is the current token."""
        begin, token = self.begin, self.token.strip()
        self.advance()
        if token == "[Object: null prototype]" and self.at("{"):
            node = self.braces()
            return Object(begin, node.end, node.members, node.elisions) if isinstance(node, Object) else node
        return self.with_members(begin, _SIZE.sub("", token.strip("[]") if token[0] == "[" else token), ())

    def with_members(self, begin: int, name: str, positional: tuple[Node, ...]) -> Node:
        """Return the data of the class ``name`` whose brackets open at the current token."""
        opening = self.begin
        if self.at("["):
            node = self.array()
            if isinstance(node, TypedNode):
                return TypedNode(begin, node.end, name, node.positional, node.members)
            return self.alone(begin, name, (node,))
        items = self.sequence("}", self.entry)
        end = self.last_end
        members = [item for item in items if isinstance(item, Member)]
        pairs = [item for item in items if isinstance(item, _Pair)]
        others = elements([item for item in items if not isinstance(item, Member | _Pair)])
        elisions = [item for item in others if isinstance(item, Elision)]
        if pairs and all(isinstance(pair.key, String) for pair in pairs):
            members += [Member(p.key.begin, literal(p.key), p.value) for p in pairs if isinstance(p.key, String)]
        elif pairs:
            entries = (self._entry(item) for item in items if not isinstance(item, Member))
            positional += (Array(opening, end, tuple(entries)),)
        elif len(others) > len(elisions) or (not items and name in ("Set", "WeakSet")):
            positional += (Array(opening, end, others),)
        elif elisions and not members:
            positional += (elisions[0],)  # for elements or for members
        return TypedNode(begin, end, name, positional, self.assemble(opening, end, [*members, *elisions]))

    def _entry(self, item: Node | _Pair) -> Node:
        """Return an entry of a Map whose keys are not all strings."""
        if isinstance(item, _Pair):
            return Array(item.key.begin, item.value.end, (item.key, item.value))
        return item

    def call(self) -> TypedNode:
        """Return the data of a constructor with its arguments, which ``new`` may precede: ``ObjectId('ab')``."""
        begin = self.begin
        name = self.token[:-1].removeprefix("new ").strip()
        return self.alone(begin, name, self.sequence(")", self.value))

    def alone(self, begin: int, name: str, positional: Sequence[Node]) -> TypedNode:
        """Return a TypedNode without members that ends before the current token."""
        return TypedNode(begin, self.last_end, name, tuple(positional), Object(self.last_end, self.last_end, ()))

    def error(self) -> Node:
        """Return an Error; its stack is not compared."""
        if not self.depth and self.kind == "stack":
            self.fail(f"{self.found} is not data")
        begin, bracket = self.begin, self.kind == "failed"
        match = _ERROR.match(self.text, begin, self.end - bracket)
        assert match is not None
        place = match.start("message") if match["message"] is not None else self.end
        message = String(place, place + len(match["message"] or ""), match["message"] or "")
        self.advance()
        if self.at("{") and not self.new_line:
            return self.with_members(begin, match["name"], (message,))
        return self.alone(begin, match["name"], (message,))

    def boxed(self) -> Node:
        """Return ``[Number: 3]``."""
        begin, name = self.begin, self.token[1:-2]
        self.enter()
        self.advance()
        value = self.value()
        self.leave()
        self.take("]")
        return self.alone(begin, name, (value,))

    def reference(self) -> Node:
        """Return the value behind ``<ref *1>``, which a ``[Circular *1]`` inside it refers to."""
        self.enter()
        self.advance()
        node = self.value()
        self.leave()
        return node

    def angle(self) -> Node:
        """Return ``<Buffer 61 62>`` and the like."""
        if self.token.startswith("<Buffer"):
            return self.named("Buffer", min(len("<Buffer "), len(self.token) - 1), -1)
        return self.named("empty" if "empty" in self.token else "hidden", 1, -1)

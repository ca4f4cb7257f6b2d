"""A trace of Sources for ``tools/campaign.py`` that shares no code with the probes of snipproof.

:func:`write_traced` adds it to a Source, :func:`never_ran` compares what it wrote with what a page shows. It is a
call before each statement of a block, and one behind each that must end unless it raises. The first writes the number
of the line, the second the negative number. In Python, heads of other statements are followed by its own line trace.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from snipproof.languages import language_of_file
from snipproof.syntax.grammar import load_parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_BLOCKS = {
    "typescript": {"program", "statement_block"},
    "go": {"statement_list"},
    "java": {"block", "constructor_body", "switch_block_statement_group"},
}
_SIMPLE = {
    *("expression_statement", "lexical_declaration", "variable_declaration"),
    *("short_var_declaration", "assignment_statement", "var_declaration"),
    "local_variable_declaration",
}
_COMPOUND = re.compile(r"if_statement|(?:enhanced_)?for(?:_in)?_statement|(?:while|do)_statement")
_LEAVING = re.compile(r"\b(?:return|throw|break|yield|goto|while\s*\(true|panic\(|exit\()|for\s*(?:\(\s*;|\{)")
_SILENT = {
    *("comment", "line_comment", "block_comment", "switch_label", "empty_statement", "explicit_constructor_invocation"),
    *("import_statement", "interface_declaration", "type_alias_declaration", "ambient_declaration", "export_statement"),
    *("function_declaration", "generator_function_declaration", "function_signature", "class_declaration"),
    *("type_declaration", "const_declaration", "labeled_statement"),
}
_BRANCHES = re.compile(
    r"if_statement|(?:enhanced_)?for(?:_in)?_statement|(?:while|do)_statement|catch_clause|\w+_case|switch_\w+|"
    r"class_declaration|class"
)
_FUNCTIONS = {"arrow_function", "function_expression", "func_literal", "lambda_expression"}
_BINDS = {"variable_declarator", "short_var_declaration", "assignment_statement", "assignment_expression", "var_spec"}
_LEAVES = re.compile(r"process\.exit|panic\(|os\.Exit|\w+\.(?:Fatal|Skip)|System\.exit")
_PYTHON_SIMPLE = ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.Assert
_LINE_TRACE = """
def _campaign():
    import builtins, os, sys, threading
    ran, simple, me = set(), {simple}, sys._getframe(2)
    file = os.open({to!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    def add(number):  # at once: the process may be killed
        if number not in ran:
            ran.add(number)
            os.write(file, b"%d " % number)
    def line(frame, *_):
        if frame.f_lineno not in simple:
            add(frame.f_lineno)
        return line
    def call(frame, *_):
        return line if frame.f_code.co_filename == me.f_code.co_filename else None
    builtins.campaign_trace = add
    sys.settrace(call)
    threading.settrace(call)
    me.f_trace = line
_campaign()
"""
_CODE = {
    "typescript": (
        "import {{ appendFileSync as {name}File }} from 'node:fs'; "
        "function {name}(number: number) {{ {name}File({to}, `${{number}}\\n`); }} "
    ),
    "go": """
func {name}(number int) {{
	file, _ := campaignOs.OpenFile({to}, campaignOs.O_WRONLY|campaignOs.O_APPEND|campaignOs.O_CREATE, 0o600)
	campaignFmt.Fprintln(file, number)
	file.Close()
}}
""",
    "java": """
class {name} {{
  static void trace(int number) {{
    try (java.io.FileWriter file = new java.io.FileWriter({to}, true)) {{
      file.write(number + "\\n");
    }} catch (java.io.IOException error) {{
      throw new java.io.UncheckedIOException(error);
    }}
  }}
}}
""",
}
_PACKAGE = re.compile(r"^package \w+", re.MULTILINE)


def write_traced(file: Path, text: str, to: Path) -> None:
    """Write the Source ``text`` so that it appends to ``to`` what it ran. No line moves."""
    language = _language(file.name)
    if language == "python":
        file.write_text(_with_line_trace(text, to), encoding="utf-8")
        return
    # Files of one package share their names.
    name = f"CampaignTrace{hashlib.sha256(str(to).encode()).hexdigest()[:12]}"
    call = f"{name}.trace" if language == "java" else name
    data = text.encode()
    places: list[tuple[int, str]] = []
    root = _parse(text, file.name)
    for node in _statements(root, language):
        line = node.start_point[0] + 1
        places.append((node.start_byte, f"{call}({line}); "))
        if _must_end(node) and not _may_go_on(node, root, language):
            # Without a semicolon, a statement of TypeScript ends behind the comment that follows it.
            end = next(child for child in reversed(node.children) if "comment" not in child.type).end_byte
            places.append((end, f"; {call}(-{line});"))
    for at, code in sorted(places, key=lambda place: place[0], reverse=True):
        data = data[:at] + code.encode() + data[at:]
    code = _CODE[language].format(name=name, to=json.dumps(str(to)))
    if language == "typescript":  # behind the last statement, it would change what goes on behind a failure
        first = next(node for node in _parse(text, file.name).named_children if "comment" not in node.type)
        traced = (data[: first.start_byte] + code.encode() + data[first.start_byte :]).decode()
    else:
        traced = data.decode() + code
    if language == "go":
        imports = '; import campaignOs "os"; import campaignFmt "fmt"'
        traced = _PACKAGE.sub(lambda clause: clause[0] + imports, traced, count=1)
    file.write_text(traced, encoding="utf-8")


def never_ran(text: str, path: str, shown: frozenset[int], ran: set[int]) -> list[int]:
    """Return the lines of the shown statements that a run has to reach, or to end, and did not.

    :param ran: the numbers that the trace has written.
    """
    language = _language(path)
    if language == "python":
        return sorted(_never_ran_in(ast.parse(text).body, shown, ran))
    found = []
    root = _parse(text, path)
    for node in _statements(root, language):
        line = node.start_point[0] + 1
        if line not in shown or any(_may_be_left_out(each, shown) for each in _ancestors(node)):
            continue
        caught = any(each.type.startswith("try_") and _starts_in(each, shown) for each in _ancestors(node))
        must_end = _must_end(node) and not caught and not _may_go_on(node, root, language)
        if line not in ran or (must_end and -line not in ran):
            found.append(line)
    return found


def _may_go_on(node: Any, root: Any, language: str) -> bool:
    """Return whether a statement is the last one of TypeScript: what it calls may go on behind a failure."""
    return bool(language == "typescript" and node == root.named_children[-1])


def _never_ran_in(
    body: Sequence[ast.stmt], shown: frozenset[int], ran: set[int], *, caught: bool = False
) -> Iterator[int]:
    """Yield the lines of the shown statements in ``body`` that a run has to reach, or to end, and did not.

    :param caught: whether a Snippet shows the handler of what they raise.
    """
    for node in body:
        inner = [block for name in ("body", "orelse", "finalbody") if (block := getattr(node, name, None))]
        head = max(node.lineno, inner[0][0].lineno - 1) if inner else node.end_lineno or node.lineno
        is_shown = node.lineno in shown
        silent = isinstance(node, ast.Pass | ast.Global | ast.Nonlocal | ast.Try) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )
        silent = silent or (isinstance(node, ast.AnnAssign) and node.value is None)
        must_end = _must_end_in_python(node) and not caught
        reached = ran & set(range(node.lineno, head + 1))
        if is_shown and not silent and not (reached and (-node.lineno in ran or not must_end)):
            yield node.lineno
        if isinstance(node, ast.If | ast.For | ast.While | ast.AsyncFor | ast.Match | ast.ClassDef) and is_shown:
            continue
        is_caught = caught or (isinstance(node, ast.Try | ast.With) and is_shown)
        if isinstance(node, ast.Try) and is_shown:
            inner = [node.body, node.finalbody]
        for block in inner:
            yield from _never_ran_in(block, shown, ran, caught=is_caught)


def _must_end_in_python(node: ast.stmt) -> bool:
    return isinstance(node, _PYTHON_SIMPLE) and "exit(" not in ast.unparse(node)


def _with_line_trace(text: str, to: Path) -> str:
    """Return a Source that writes the lines that it ran to ``to``; its first line is a docstring, and no line moves.

    A probe may have the line of the statement beside it, so Python's trace counts for heads of statements only.
    """
    lines = [line.encode() for line in text.split("\n")]
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, _PYTHON_SIMPLE | ast.Return | ast.Raise)]
    nodes = [node for node in nodes if not _is_text(node)]
    places = [(node.lineno, node.col_offset, f"campaign_trace({node.lineno}); ") for node in nodes]
    places += [
        (node.end_lineno or node.lineno, node.end_col_offset or 0, f"; campaign_trace(-{node.lineno})")
        for node in nodes
        if _must_end_in_python(node)
    ]
    for line, at, code in sorted(places, reverse=True):
        lines[line - 1] = lines[line - 1][:at] + code.encode() + lines[line - 1][at:]
    simple = {n for node in nodes for n in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    trace = f"exec({_LINE_TRACE.format(simple=simple, to=str(to))!r})"
    first = next((node for node in ast.parse(text).body if not _is_text(node)), None)
    written = [line.decode() for line in lines]
    if not written[0].strip() or not isinstance(first, _PYTHON_SIMPLE):
        written[0] = f"{trace}; {written[0]}" if written[0].strip() else trace
    else:
        written[first.lineno - 1] = f"{trace}; {written[first.lineno - 1]}"
    return "\n".join(written)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _language(path: str) -> str:
    language = language_of_file(path)
    assert language
    return language.name


def _parse(text: str, path: str) -> Any:
    language, extension = _language(path), PurePosixPath(path).suffix
    if language == "typescript":
        extension = ".tsx" if extension.endswith("x") else ".ts"
    return load_parser(language, extension)(text.encode()).root_node


def _statements(node: Any, language: str) -> Iterator[Any]:
    for child in node.named_children:
        if node.type in _BLOCKS[language] and child.type not in _SILENT:
            yield child
        yield from _statements(child, language)


def _must_end(node: Any) -> bool:
    """Whether a statement ends unless it raises."""
    text = node.text.decode()
    if node.type in _SIMPLE:
        return not _LEAVES.match(text)
    return bool(_COMPOUND.fullmatch(node.type)) and not _LEAVING.search(text)


def _ancestors(node: Any) -> Iterator[Any]:
    while node.parent is not None:
        node = node.parent
        yield node


def _may_be_left_out(node: Any, shown: frozenset[int]) -> bool:
    """Whether a Snippet shows ``node``, and a run may leave out what is inside: a branch, a function without a name."""
    if not _starts_in(node, shown):
        return False
    if node.type in _FUNCTIONS:
        holder = node.parent.parent if node.parent.type == "expression_list" else node.parent
        return holder.type not in _BINDS
    return bool(_BRANCHES.fullmatch(node.type))


def _starts_in(node: Any, shown: frozenset[int]) -> bool:
    return node.start_point[0] + 1 in shown

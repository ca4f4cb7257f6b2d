"""Whether a text claims to be data, so that it is an error and not plain text if it cannot be read as data."""

from __future__ import annotations

import re

_SKIPPED = re.compile(r"(?:\s|//[^\r\n]*|/\*.*?\*/|\#[^\r\n]*|\.\.\.)*+", re.DOTALL)
_NAME = r"[^\W\d][\w$.]*+"
_BEGINS = re.compile(
    rf"""(?:
      (?:\[\s*+)++(?:
          [\]"'`(] | \.\.\. | // | /\* | \# | b['"] | <{_NAME}>\s*[,\]]
        | [+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?n?\s*(?:[,\]]|\n)
        | (?:true|false|null|undefined|True|False|None|[+-]?(?:NaN|nan|Infinity|inf))\s*[,\]\n]
        | {_NAME}\((?:['"]|\w+=) | {_NAME}\ \{{ | <{_NAME}:\ )
    | (?:\[\s*+)*+\{{\s*(?:
          [}}"'`(\[{{] | \.\.\. | // | /\* | \# | b['"]
        | [+-]?[0-9.]+\s*[,:]
        | {_NAME}\((?:['"]|\w+=)
        # Go's bare words, which nobody can tell from JSON without its quotes unless a space follows the colon
        | (?:{_NAME}|\$[\w$]*)\s*:(?!(?!true\b|false\b|null\b|undefined\b|NaN\b|Infinity\b)[^\W\d][\w$]*+(?![\w$({{])))
    | {_NAME}\((?:['"]|\.\.\.|\)|\w+=|{_NAME}\()(?=.*\)\s*\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)
_LABEL = re.compile(r"[\[{][\w ./%-]*[\]}][ \t]+\S")
_GO = re.compile(r"\{[^\W\d]\w*:[^\s,'\"`]+(?: [^\W\d]\w*:[^\s,'\"`]*)*(?: [^\s,:'\"`]+)+")


def claims_data(text: str) -> bool:
    """Return whether ``text`` begins as data does: not as a log line (``[INFO] started``, ``[1/3] …``) does."""
    skipped = _SKIPPED.match(text)
    begin = skipped.end() if skipped else 0
    if _LABEL.match(text, begin) or _GO.match(text, begin):
        return False
    return _BEGINS.match(text, begin) is not None

"""The tokens of what Node.js prints (``util.inspect``)."""

from __future__ import annotations

import re
from typing import Final

from snipproof.compare.notation.json_notation import SPACE, STRINGS
from snipproof.compare.notation.scanner import COMMENT

_NAME = r"[^\W\d][\w$]*+|\$[\w$]*+"
_LABEL = r"[^\[\]{}<>()'\"`,\r\n]"
_NUMBER = (
    r"[+-]?(?:(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?|(?:0|[1-9][0-9]*+)n)(?![\w$.])"
    r"|[+-](?:Infinity|NaN)(?![\w$])"
)
_ERROR = r"(?:[A-Z][\w$]*(?:Error|Exception)|Error|[A-Z][\w$]*\ \[\w*Error\])(?:\ \[[^\[\]\r\n]*\])?"

TOKENS: Final = re.compile(
    rf"""{SPACE}(?:
      {COMMENT}
    | (?P<string>{STRINGS}|`(?:[^`\\]++|\\.)*+`)
    | (?P<date>[+-]?[0-9]{{4,6}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]{{12}}Z|Invalid\ Date)
    | (?P<number>{_NUMBER})
    | (?P<more>\.\.\.\ (?:[0-9]+\ )?more\ [a-z]+|<Buffer\ [0-9a-f\ ]*\.\.\.[^<>\r\n]*>)
    | (?P<dots>\.\.\.(?!\.))
    | (?P<regexp>/(?:[^/\\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.)*\])+/[a-z]*)
    | (?P<stack>{_ERROR}(?::\ [^\r\n]*)?(?:\r?\n[\ \t]+at\ [^\r\n]*?(?=\ \{{\r?\n|,\r?\n|\ [\]}}]|\r?\n|\Z))+)
    | (?P<symbol>Symbol\([^\r\n]*?\)(?=[\s,\]}}:]|\Z))
    | (?P<failed>\[{_ERROR}(?::\ [^\r\n]*?)?\](?=\s*(?:[,\]}}{{]|\r?\n|\Z)))
    | (?P<boxed>\[(?:String|Number|Boolean|BigInt|Symbol):\ )
    | (?P<tag>\[(?!(?:true|false|null|undefined|NaN|Infinity)[\],])(?:{_NAME})(?:{_LABEL}|\([^()\r\n]*\)
          |\[[^\[\]\r\n]*\])*+\])
    | (?P<prefix>(?:{_NAME})(?:\([0-9]+\))?(?:\ \[[^\[\]{{}}'",\r\n]+\](?=\ [\[{{]))?(?:\ <{_LABEL}+>)?\ (?=[\[{{]))
    | (?P<reference><ref\ \*[0-9]+>)
    | (?P<angle><(?:(?:Buffer|[0-9a-f]{{2}})(?:\ [0-9a-f]{{2}})*+|[0-9]+\ empty\ items?|pending|items\ unknown)>)
    | (?P<word>{_NAME})
    | (?P<mark>=>|[\[\]{{}}:,+])
    )""",
    re.DOTALL | re.VERBOSE,
)

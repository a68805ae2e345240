"""What Chinese keyboards and word processors put where YAML wants plain signs.

Looked for in the text itself, before it is parsed: the parser would take `name：x` for a text and
complain somewhere else, or not at all. Signs inside quotes, comments and names are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, fault

_SUSPECT = re.compile("[\t\u3000\u00a0：，、；“”‘’「」｛｝［］＃－]")
_KEY = re.compile(r"[A-Za-z_]+")
_NEXT_KEY = re.compile(r"\s*[\"']?[A-Za-z_]+[\"']?\s*[:：]")
_BLOCK_TEXT = re.compile(r"(?:^|[:\-\s])[|>][+-]?[0-9]?[+-]?\s*(?:#.*)?$")
_LINE = re.compile("[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029]|$)")
_OPEN, _CLOSE = "[{", "]}"
_INDENTS = "\t\u3000\u00a0"

_WORDS = (
    # the sign; what it is called; what to write instead
    ("：", "中文冒号「：」", "a Chinese colon '：'", "英文冒号 :", "a colon ':'"),
    ("，", "中文逗号「，」", "a Chinese comma '，'", "英文逗号 ,", "a comma ','"),
    ("、", "顿号「、」", "a Chinese comma '、'", "英文逗号 ,", "a comma ','"),
    ("；", "中文分号「；」", "a Chinese semicolon '；'", "英文逗号 ,", "a comma ','"),
    ("｛", "全角括号「｛」", "a wide bracket '｛'", "半角括号 {", "'{'"),
    ("｝", "全角括号「｝」", "a wide bracket '｝'", "半角括号 }", "'}'"),
    ("［", "全角括号「［」", "a wide bracket '［'", "半角括号 [", "'['"),
    ("］", "全角括号「］」", "a wide bracket '］'", "半角括号 ]", "']'"),
    ("＃", "全角井号「＃」", "a wide '＃'", "半角井号 #", "'#'"),
    ("－", "全角横线「－」", "a wide dash '－'", "半角横线 -", "'-'"),
    ("\t", "缩进里的制表符（Tab）", "a tab in the indentation", "空格", "spaces"),
    ("\u3000", "缩进里的全角空格", "a wide space in the indentation", "半角空格", "spaces"),
    ("\u00a0", "缩进里的不间断空格", "a no-break space in the indentation", "空格", "spaces"),
    *(
        (quote, f"中文引号「{quote}」", f"a Chinese quotation mark '{quote}'", '英文引号 "', "'\"'")
        for quote in "“”‘’「」"
    ),
)
_NAMES = {
    sign: (Wording(zh, en), Wording(plain_zh, plain_en))
    for sign, zh, en, plain_zh, plain_en in _WORDS
}
_PLAIN = {
    "：": ": ",
    "，": ",",
    "、": ",",
    "；": ",",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "＃": "#",
    "－": "-",
    "\t": "  ",
    "\u3000": "  ",
    "\u00a0": " ",
    **dict.fromkeys("“”‘’「」", '"'),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """A sign that should be another. `line` and `col` count from one, `at` from the start."""

    line: int
    col: int
    sign: str
    at: int

    def diagnostic(self, file: str) -> Diagnostic:
        """Return it as a fault of `file`."""
        found, wanted = _NAMES[self.sign]
        return fault(
            Place(file, self.line, self.col),
            f"第 {self.line} 行：这里是{found.zh}，请改成{wanted.zh}",
            f"line {self.line}: this is {found.en}, write {wanted.en}",
        )


def slips(text: str) -> tuple[Slip, ...]:
    """Return the signs in `text` that stand where the form of the file needs plain ones."""
    if _SUSPECT.search(text) is None:
        return ()
    return tuple(_Reader().read(text))


def mended(text: str, found: Sequence[Slip]) -> str:
    """Return `text` with plain signs for those `found`, so that what else is wrong shows, too.

    All lines stay where they are; in a line with a slip, columns may not.
    """
    parts: list[str] = []
    done = 0
    for slip in found:
        parts += (text[done : slip.at], _PLAIN[slip.sign])
        done = slip.at + 1
    return "".join((*parts, text[done:]))


class _Reader:
    """Walks over the lines, knowing which brackets and quotes are open."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._quote = ""
        self._text_indent: int | None = None

    def read(self, text: str) -> Iterator[Slip]:
        for number, found in enumerate(_LINE.finditer(text), 1):
            if not self._is_block_text(found[0]):
                for col, sign in self._line(found[0]):
                    yield Slip(number, col + 1, sign, found.start() + col)

    def _is_block_text(self, line: str) -> bool:
        """The line belongs to a text after `|` or `>`, in which all signs are free."""
        indent = len(line) - len(line.lstrip())
        if self._text_indent is not None:
            if not line.strip() or indent > self._text_indent:
                return True
            self._text_indent = None
        if not self._open and not self._quote and _BLOCK_TEXT.search(line):
            self._text_indent = indent
        return False

    def _line(self, line: str) -> Iterator[tuple[int, str]]:
        start = len(line) - len(line.lstrip())
        if not self._quote and line[start:] and not line.startswith("#", start):
            wide = next((i for i, c in enumerate(line[:start]) if c in _INDENTS), None)
            if wide is not None:
                yield wide, line[wide]
            if line[start] == "＃":
                yield start, "＃"
                return
        begins = True  # whether a value or key may begin at the next sign
        at = start
        while at < len(line):
            at, begins, slip = self._sign(line, at, begins)
            if slip is not None:
                yield slip
            if at < 0:
                return

    def _sign(self, line: str, at: int, begins: bool) -> tuple[int, bool, tuple[int, str] | None]:
        """Look at one sign (or a whole quoted text); -1 as the next place ends the line."""
        sign = line[at]
        if self._quote:
            if sign == "\\" and self._quote == '"':
                return at + 2, False, None
            if sign == self._quote:
                self._quote = ""
            return at + 1, False, None
        if sign == "#" and (at == 0 or line[at - 1].isspace()):
            return -1, False, None
        if begins and sign in "\"'":
            self._quote = sign
            return at + 1, False, None
        slip = (at, sign) if sign in _NAMES and self._is_slip(line, at, begins) else None
        self._note_brackets(sign, begins=begins)
        return at + 1, self._begins_after(line, at, begins), slip

    def _note_brackets(self, sign: str, *, begins: bool) -> None:
        plain = {"［": "[", "｛": "{", "］": "]", "｝": "}"}.get(sign, sign)
        if plain in _OPEN and (begins or self._open):
            self._open.append(plain)
        elif plain in _CLOSE and self._open:
            self._open.pop()

    def _begins_after(self, line: str, at: int, begins: bool) -> bool:
        sign = line[at]
        if sign.isspace():
            return begins or (at > 0 and line[at - 1] in ":-：－")
        if self._open and sign in ",，、；[{［｛":
            return True
        if sign in "：－" and self._is_slip(line, at, begins):
            return True
        return sign == "-" and begins and line[at + 1 : at + 2] == " "

    def _is_slip(self, line: str, at: int, begins: bool) -> bool:
        """Return whether the sign at `at` stands for one of YAML's own."""
        match line[at]:
            case "：":
                return self._is_after_key(line, at)
            case "，" | "、" | "；":
                return self._parts_items(line, at)
            case "“" | "‘" | "「" | "｛" | "［":
                return begins
            case "”" | "’" | "」":
                return self._ends_value(line, at) and self._has_opening(line, at)
            case "｝" | "］":
                return bool(self._open)
            case "－":
                return begins and not self._open and line[at + 1 : at + 2] in {" ", "\u3000"}
        return False

    def _is_after_key(self, line: str, at: int) -> bool:
        """A colon after the first word of a line, or of a pair in `{}`; `18：00` is a time."""
        before = line[:at].rstrip()
        if self._open:
            if self._open[-1] != "{":
                return False
            before = re.split(r"[{,，；｛]", before)[-1]
        else:
            before = re.sub(r"^\s*(?:[-－]\s+)*", "", before)
        return _KEY.fullmatch(before.strip()) is not None

    def _parts_items(self, line: str, at: int) -> bool:
        """A comma of a list in `[]`; in `{}` only where a key follows, for texts have commas."""
        if not self._open:
            return False
        return self._open[-1] == "[" or _NEXT_KEY.match(line, at + 1) is not None

    def _ends_value(self, line: str, at: int) -> bool:
        rest = line[at + 1 :].lstrip()
        return not rest or rest[0] in "#,，]}］｝：:"

    def _has_opening(self, line: str, at: int) -> bool:
        """The mark that it closes stands at the begin of this value, not inside a name."""
        opening = {"”": "“", "’": "‘", "」": "「"}[line[at]]
        start = line.rfind(opening, 0, at)
        return start >= 0 and re.search(r"(?:^|[:：\-,，、\[{])\s*$", line[:start]) is not None

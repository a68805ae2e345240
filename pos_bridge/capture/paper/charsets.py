"""Which letters the bytes of a print job are: code pages, double-byte sets, national variants.

Pure. Numbers of `ESC t` as in Epson's "Character Code Tables"; of `ESC R` as in its
"International Character Sets". Double-byte sets are those of the printers sold in a country:
nothing in a job says which, so a job that does not choose a code page is read as what its bytes
look like.
"""

from __future__ import annotations

import codecs
import re

DOUBLE = ("gb18030", "big5", "shift_jis", "euc_kr")
"""Sets that `FS &` may switch on; the first where nothing tells them apart."""

PAGES = {
    0: "cp437",
    1: "katakana",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859-7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    **dict.fromkeys(range(20, 27), "cp874"),
    30: "tcvn3",
    31: "tcvn3",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859-2",
    40: "iso8859-15",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
    53: "kz1048",
}

_SIGNS = "#$@[\\]^`{|}~"
_NATIONAL = {
    1: "#$à°ç§^`éùè¨",
    2: "#$§ÄÖÜ^`äöüß",
    3: "£$@[\\]^`{|}~",
    4: "#$@ÆØÅ^`æøå~",
    5: "#¤ÉÄÖÅÜéäöåü",
    6: "#$@°\\é^ùàòèì",
    7: "₧$@¡Ñ¿^`¨ñ}~",
    8: "#$@[¥]^`{|}~",
    9: "#¤ÉÆØÅÜéæøåü",
    10: "#$ÉÆØÅÜéæøåü",
    11: "#$á¡Ñ¿éüíñóú",
    12: "#$á¡Ñ¿éüíñóú",
    13: "#$@[₩]^`{|}~",
    14: "#$ŽŠĐĆČžšđćč",
    15: "#¥@[\\]^`{|}~",
    16: "#₫@[\\]^`{|}~",
}

_TCVN_LOW = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_TCVN = {
    start + index: letter
    for start, letters in _TCVN_LOW.items()
    for index, letter in enumerate(letters)
}
_BOX = frozenset(range(0xB0, 0xE0))
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")


def national(text: str, country: int) -> str:
    """Return `text` with the signs that a country prints in place of the American ones."""
    letters = _NATIONAL.get(country)
    return text if letters is None else text.translate(str.maketrans(_SIGNS, letters))


def is_known(charset: str) -> bool:
    """Say whether text can be read as `charset`: a page, a double-byte set, UTF-8."""
    return charset in {"utf-8", *DOUBLE, *PAGES.values()}


class Letters:
    """Bytes to text, where commands may stand between the bytes of one letter.

    `charset`: one that `is_known`, or "" for a page that nobody knows: its upper half is U+FFFD.
    """

    def __init__(self, charset: str) -> None:
        self.charset = charset
        self._decoder = (
            None if charset in _OURS else codecs.getincrementaldecoder(charset)("replace")
        )

    def feed(self, data: bytes) -> str:
        """Return the letters that are complete; the first half of one waits for the other."""
        if self._decoder is None:
            return _by_table(data, self.charset)
        if self.charset not in DOUBLE:
            return self._decoder.decode(data)
        return self._double(data)

    def flush(self) -> str:
        """Return what is left of a letter whose other half never came."""
        if self._decoder is None:
            return ""
        left = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        return left

    def _double(self, data: bytes) -> str:
        """Read double-byte text; if it makes sense only a byte later, a half was lost before it."""
        assert self._decoder is not None
        before = self._decoder.getstate()
        text = self._decoder.decode(data)
        odd = len(_PRIVATE.findall(text))
        if not odd or len(data) < 3:
            return text
        after = self._decoder.getstate()
        self._decoder.setstate(before)
        lost = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        shifted = ("" if before[0] else "\ufffd") + lost
        rest = self._decoder.decode(data if before[0] else data[1:])
        if len(_PRIVATE.findall(rest)) * 2 < odd:
            return shifted + rest
        self._decoder.setstate(after)
        return text


_OURS = frozenset({"", "katakana", "tcvn3"})


def _by_table(data: bytes, charset: str) -> str:
    return "".join(chr(byte) if byte < 0x80 else _upper(byte, charset) for byte in data)


def _upper(byte: int, charset: str) -> str:
    if charset == "katakana" and 0xA1 <= byte <= 0xDF:
        return chr(0xFF61 + byte - 0xA1)
    return _TCVN.get(byte, "\ufffd") if charset == "tcvn3" else "\ufffd"


# --- what a job without a code page is written in ----------------------------------------------


def looks_like(data: bytes) -> str:
    """Return the charset that the bytes of a job's text look like; "" for plain ASCII."""
    upper = {byte for byte in data if byte >= 0x80}
    if not upper:
        return ""
    if _is_utf8(data):
        return "utf-8"
    if upper <= _BOX:
        return "cp437" if not _is_common(data) else "gb18030"
    return double_of(data) or "cp437"


def double_of(data: bytes) -> str:
    """Return the double-byte set that `data` looks like, "" if none."""
    if _is_common(data):
        return "gb18030"
    if _share(data, rb"[\x81-\xfe][\x80-\xfe]", rb"[\x81-\xfe][\x40-\xfe]") < 0.3:
        return ""  # Western letters stand alone among plain ones
    if _share(data, rb"[\x82\x83][\x40-\xf1]", rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]") > 0.3:
        return "shift_jis"
    if _share(data, rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]", rb"[\xa1-\xfe][\x40-\x7e\xa1-\xfe]") > 0.7:
        return "big5" if _decodes(data, "big5") else ""
    return ""


def _is_utf8(data: bytes) -> bool:
    """It is UTF-8, a letter that was cut off at the end aside."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _is_common(data: bytes) -> bool:
    """Common Chinese of GB 2312: both bytes above A0, and not one sign again and again."""
    pairs = set(re.findall(rb"[\x81-\xfe][\x40-\xfe]", data))
    common = {p for p in pairs if 0xB0 <= p[0] <= 0xF7 and p[1] > 0xA0 and p[0] != p[1]}
    signs = {p for p in pairs if 0xA1 <= p[0] <= 0xA9 and p[1] > 0xA0}
    letters = {p for p in common if p.decode("gb2312", "ignore")}
    return bool(letters) and len(letters) + len(signs) > 0.7 * len(pairs)


def _share(data: bytes, wanted: bytes, of: bytes) -> float:
    pairs = set(re.findall(of, data))
    return sum(1 for pair in pairs if re.fullmatch(wanted, pair)) / len(pairs) if pairs else 0.0


def _decodes(data: bytes, charset: str) -> bool:
    return data.decode(charset, "replace").count("\ufffd") * 10 <= len(data)

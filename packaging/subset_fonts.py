#!/usr/bin/env python3
"""Makes the fonts of `assets/fonts` from Debian's Noto Sans CJK; rarely run, its result is kept.

    apt-get install fonts-noto-cjk && pip install fonttools && python3 packaging/subset_fonts.py

The subset bears a family name of its own: Qt would merge it with an installed font of the same
name, and the wall would look different from one machine to the next.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).resolve().parent.parent / "assets" / "fonts"
FAMILY = "Kitchen Sans SC"
SIMPLIFIED = 2  # the place of the mainland's letter shapes in the collection
WEIGHTS = ("Regular", "Bold")
KEPT_NAMES = {0, 13, 14}  # copyright, licence, its address
LIMIT_BYTES = 6_000_000

# Beside GB2312 and the common part of Big5: the Latin of all of Europe and of pinyin, punctuation,
# currencies, fractions, arrows.
RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x01CD, 0x01DC),
    (0x0218, 0x021B),
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x2070, 0x208E),
    (0x20A0, 0x20BF),
    (0x2150, 0x215E),
    (0x2190, 0x2199),
)
SINGLES = "−×÷√≈≠≤≥±№℃℉™•·…□■○●△▲▽▼☆★♀♂♥"
DISHES = "粿焗煀餸劏鮨鱿蚵蚝焖烩饸饹馎饦馕馓馃㸆糁醪苤荬蕺薹藠麨𬉼啫咁嘅檸鰻鯖鮭壽丼"
"""Letters of dish names that these lack, or that must be there whatever it has."""


def encoded(charset: str, first_row: int, last_row: int) -> Iterator[int]:
    """Yield the characters that `charset` writes in two bytes, the first within these rows."""
    for row in range(first_row, last_row + 1):
        for cell in range(0x40, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode(charset))
            except UnicodeDecodeError:
                continue


def wanted() -> set[int]:
    """Return every character that the fonts should have."""
    ranges = (code for first, last in RANGES for code in range(first, last + 1))
    simplified, traditional = encoded("gb2312", 0xA1, 0xF7), encoded("big5", 0xA4, 0xC6)
    return {*simplified, *traditional, *ranges, *map(ord, SINGLES), *map(ord, DISHES)}


def make(weight: str) -> Path:
    """Write one weight; returns where."""
    # Not among the project's packages: this is run once in years.
    from fontTools import subset  # type: ignore[import-not-found]

    options = subset.Options()
    options.font_number = SIMPLIFIED
    options.layout_features = ["kern", "liga", "mark", "mkmk"]
    options.hinting = False
    options.drop_tables += ["DSIG", "vhea", "vmtx", "VORG", "BASE"]
    options.notdef_outline = True
    options.name_IDs = ["*"]
    font = subset.load_font(str(SOURCE / f"NotoSansCJK-{weight}.ttc"), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    rename(font, weight)
    path = TARGET / f"{FAMILY.replace(' ', '')}-{weight}.otf"
    subset.save_font(font, str(path), options)
    return path


def rename(font: Any, weight: str) -> None:
    """Give the font its own family name; licence and copyright stay."""
    full = f"{FAMILY} {weight}"
    postscript = f"{FAMILY.replace(' ', '')}-{weight}"
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in KEPT_NAMES]
    for name_id, text in {1: FAMILY, 2: weight, 4: full, 6: postscript}.items():
        names.setName(text, name_id, 3, 1, 0x409)
    compact = font["CFF "].cff
    compact.fontNames[0] = postscript
    compact[0].FullName, compact[0].FamilyName = full, FAMILY


def main() -> int:
    """Write both weights; 1 when they have become too large to bundle."""
    paths = [make(weight) for weight in WEIGHTS]
    total = sum(path.stat().st_size for path in paths)
    print(*(f"{path.name}: {path.stat().st_size:,} bytes" for path in paths), sep="\n")
    return 1 if total > LIMIT_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())

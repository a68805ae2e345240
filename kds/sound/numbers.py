"""Numbers as a waiter says them, in Chinese and in English."""

from __future__ import annotations

_ZH = "零一二三四五六七八九"
_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_SPOKEN_DIGITS = 4


def zh_number(number: int) -> str:
    """Return 0 … 9999 as it is said: 十二, 一百零八; anything else digit by digit."""
    if not 0 <= number <= 9999:
        return "".join(_ZH[int(digit)] for digit in str(abs(number)))
    said = "".join(_zh_parts(f"{number:04}"))
    said = said.strip(_ZH[0]) or _ZH[0]
    return said[1:] if said.startswith("一十") else said


def _zh_parts(digits: str) -> list[str]:
    """Return what each digit is said as; a row of zeros is said once."""
    parts: list[str] = []
    for digit, unit in zip(digits, ("千", "百", "十", ""), strict=True):
        if digit != "0":
            parts.append(_ZH[int(digit)] + unit)
        elif not parts or parts[-1] != _ZH[0]:
            parts.append(_ZH[0])
    return parts


def zh_count(number: int, measure: str) -> str:
    """Return `number` of something: 两道, never 二道; 两百道."""
    said = zh_number(number)
    if number == 2 or 200 <= number < 300 or 2000 <= number < 3000:
        said = "两" + said[1:]
    return said + measure


def en_number(number: int) -> str:
    """Return 0 … 20 in words and anything else in digits, which voices read well."""
    return _EN[number] if 0 <= number < len(_EN) else str(number)


def zh_label(digits: str) -> str:
    """Return the digits of a table or an order: 十二, but 零八 and 一零四三."""
    if _is_counted(digits):
        return zh_number(int(digits))
    return "".join(_ZH[int(digit)] for digit in digits[-_SPOKEN_DIGITS:])


def en_label(digits: str) -> str:
    """Return the digits of a table or an order: 12, but "oh 8" and "1 oh 4 3"."""
    if _is_counted(digits):
        return digits
    return " ".join("oh" if digit == "0" else digit for digit in digits[-_SPOKEN_DIGITS:])


def _is_counted(digits: str) -> bool:
    """It is said as one number: up to 99 without a zero in front, and the round hundreds."""
    return digits[0] != "0" and (len(digits) <= 2 or digits in _HUNDREDS)


_HUNDREDS = frozenset(str(hundred * 100) for hundred in range(1, 10))

"""The only reader of rule directories; texts become a book in a process of their own.

`texts`: files to texts, with a word on each encoding that is not UTF-8. `apart`: texts to a book
or diagnostics, in a child process (`__main__`) with limits on time and memory; it also plays the
cases that stand beside the rules.
"""

from kds.rulefiles.apart import Limits, read_apart
from kds.rulefiles.reading import Reading
from kds.rulefiles.texts import read_texts, shipped_book
from kds.rulefiles.whole import read_book

__all__ = ["Limits", "Reading", "read_apart", "read_book", "read_texts", "shipped_book"]

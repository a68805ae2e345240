"""The rule room: rule texts become a compiled book, and the book decides.

Nothing is imported here, so that a display, which only gets compiled books, never loads a YAML
parser. Where to look: `book` (the compiled book, the kitchen's `Policy`), `compile` (texts ->
book or diagnostics), `due` (what time alone makes happen), `builtin` (the book of last resort).
No files and no clock: texts and time come in as arguments.
"""

"""The style of the wall, under the names of looks.md: no other module names a colour or a size.

No Qt here: what it must obey (contrast, colour-blindness, targets) is tested on plain numbers.
"""

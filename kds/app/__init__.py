"""The display program: its composition root, and what stands between link and wall.

`run` opens windows, `shot` saves a picture; `acting` says what a touch does, `screen` shows one
view. Qt is only ever met through `kds.ui`.
"""

"""The cases room: worked examples of a rule book, and the kitchen that plays them. Pure.

A `*.cases.yaml` beside the rules gives orders, commands and passing time, and says what must then
be so. They are played by the functions that the service uses, on a made-up clock. Where to look:
`reading` (texts -> cases or diagnostics), `running` (case × book -> what differs).
"""

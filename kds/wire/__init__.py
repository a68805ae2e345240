"""How bridge and displays talk, without sockets or clock: text in, text out, events to act on.

`DisplaySession` follows a bridge's kitchen over any number of connections, `BridgeSession` serves
one connection out of the bridge's `History`. Both are used like the protocols of `websockets`:
`receive(text)`, `tick(now)`, `events()`, `to_send()`; `messages` is the vocabulary between them.
"""

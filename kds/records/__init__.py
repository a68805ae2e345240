"""The one codec of log, wire, HTTP and outboxes: frozen values of the core to JSON and back.

Pure: bytes and text come in as arguments. `facts` and `state` keep what the store writes,
`canonical` and `commands` read what others send, `events` shows the log to the outside.
"""

"""For programs on the till: give it an order, and it is safe and on its way.

    with Client(Path("/var/lib/till/spool"), "http://192.168.1.5:8480", token) as kitchen:
        kitchen.send({"source": "till-1", "order_id": "0042", "lines": [...]})

`send` returns once the order is on the till's own disk. It is delivered when the bridge answers,
also after a power cut, each once, those of one `order_id` in the order in which they were given.
Standard library only.
"""

from pos_bridge.client.client import Client
from pos_bridge.client.spool import Fate, NotAnOrderError, SpoolError, Standing

__all__ = ["Client", "Fate", "NotAnOrderError", "SpoolError", "Standing"]

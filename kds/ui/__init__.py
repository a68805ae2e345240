"""The wall: the only room that knows Qt. It draws boards and turns touches and keys into intents.

It gets values and gives values: what a touch means is decided elsewhere.
"""

"""The pure core of the kitchen: what was ordered, how far it is, and what may happen next.

No clock, no randomness, no input or output: time, ids and rules come in as arguments
(`decide`), results go out as values. Standard library only.
"""

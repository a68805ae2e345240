"""Slips and labels on receipt printers, as the book's print rules say.

`slips`: what stands on one; `jobs`: which are due, for the outbox, in the transaction of the
events; `layout`, `picture`: how one looks; `device`: a printer in the network; `press`: takes slips
out of the outbox and has them printed, elsewhere where the printer cannot.
"""

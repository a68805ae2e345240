"""Back to the till: what the kitchen did with an order, and what is sold out, told to the outside.

`changes` finds what a decision changed (pure), `messages` makes JSON of it, `telling` puts it into
the outbox within the transaction of the events, a `courier` takes it from there to a destination:
one of the `webhooks` of the settings, or by a vendor's `api` whose adapter offers that.
"""

"""Back to the till: what the kitchen did with an order, and what is sold out, told to the outside.

`changes` finds what a decision changed (pure), `messages` makes JSON of it, `telling` puts it into
the outbox within the transaction of the events, `sending` takes it from there to the destinations
that `webhooks` reads from the settings. `hook` is what an adapter may offer instead of a webhook.
"""

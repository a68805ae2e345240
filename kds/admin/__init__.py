"""What an admin holds in the hands: `kds rules …` and `kds why`.

`commands` is the command line; each other module is one thing to ask of a rule book. The book
decides with the functions that the service uses; nothing of a running kitchen is changed here but
by `publish` and `rollback`, which ask the bridge to do it.
"""

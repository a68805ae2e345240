"""The demo: a hot-pot restaurant on a Saturday evening, on a real bridge and real screens.

Simulated are only the guests with their tills, and the cooks. `house` says what there is to eat,
`opening` how the evening went before the curtain, `script` what the first minute shows; `tills`,
`cooks` and `plug` have hands; `program` puts it together.
"""

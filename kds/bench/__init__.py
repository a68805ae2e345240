"""Benchmarks: the promises about speed, measured from outside and printed as one JSON document."""

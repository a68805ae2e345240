"""Vendors' channels: which adapters there are, their settings, what they push, what is fetched."""

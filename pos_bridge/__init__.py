"""The bridge between points of sale and kitchen displays; it owns the truth."""

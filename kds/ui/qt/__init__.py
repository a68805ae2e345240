"""Everything of the wall that is Qt: fonts, painting, widgets, input."""

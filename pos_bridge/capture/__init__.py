"""Print capture: a virtual receipt printer, so any till that prints can feed the kitchen."""

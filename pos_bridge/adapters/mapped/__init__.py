"""The generic adapter: a mapping file says where in a payload the fields of an order stand."""

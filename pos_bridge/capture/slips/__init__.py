"""What a sheet asks of the kitchen: templates, slips, and how slips of one order join. Pure."""

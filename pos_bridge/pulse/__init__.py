"""How the sources are: their last contact, missing numbers, and silence beyond what is usual."""

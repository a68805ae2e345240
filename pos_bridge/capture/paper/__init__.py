"""What stands on the paper: the bytes of a print job to sheets, lines, pictures and codes. Pure."""

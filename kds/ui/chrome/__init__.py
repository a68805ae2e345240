"""What stands around the wall, without Qt: status strip, look-ahead, bottom buttons, side panel."""

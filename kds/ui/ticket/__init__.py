"""A ticket on the wall, without Qt: what it says, where that stands, and how it is drawn."""

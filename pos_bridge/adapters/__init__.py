"""What the systems that sell send, read into canonical orders: one pure file per vendor."""

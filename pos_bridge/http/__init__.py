"""The bridge's HTTP side: everything of the outside contract that is not a websocket."""

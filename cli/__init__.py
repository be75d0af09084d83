"""The front door: parses, calls one function, prints."""

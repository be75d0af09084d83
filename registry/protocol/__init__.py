"""Split protocols, one idea a file."""

"""Attention modules, one component or family a file."""

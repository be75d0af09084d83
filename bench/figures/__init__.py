"""Figures for print: pure functions of arrays, and what the store and the runs folder give them."""

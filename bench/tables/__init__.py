"""Tables for a paper, drawn from the store: what stands in them, and how each format says it."""

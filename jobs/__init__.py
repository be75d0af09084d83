"""Many cells: matrices, claims, local execution through submitit."""

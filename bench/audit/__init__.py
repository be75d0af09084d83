"""The audit of reported tables: whether a paper's printed numbers follow from each other."""

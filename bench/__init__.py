"""One cell: its specification, its training, its journal, the results store, and the evidence."""

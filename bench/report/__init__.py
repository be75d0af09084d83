"""A matrix's results as one page that opens offline, made from the store alone."""

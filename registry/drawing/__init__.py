"""Drawing of grey faces from facial action units, for data that needs no licence.

Only sums, products, quotients and square roots of doubles, so that machines agree on each byte.
"""

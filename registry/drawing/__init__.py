"""Drawing of grey faces from facial action units, for data that needs no licence.

Only sums, products, quotients and square roots of doubles: every machine draws the same bytes.
"""

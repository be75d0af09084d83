"""What can be compared: attention modules, backbones, datasets, split protocols, reported tables.

Knows PyTorch; never how a model is trained, where results go, or how they are shown.
"""

"""What is done once before workers are forked: imports, and the pictures that they train on."""

import sklearn.model_selection  # noqa: F401  (as what a component brings when it is built)
import torch
import torchvision.models  # noqa: F401  (likewise)

from bench.data import load_samples
from tests.cells import tiny
from tests.jobs import kills  # noqa: F401  (so that no child has to import it, nor what it imports)

# One thread from here on: a process with more must not be forked.
torch.set_num_threads(1)
load_samples(tiny().dataset, {})

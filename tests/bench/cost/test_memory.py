"""Memory in tensors, by hand."""

import torch
from torch import Tensor, nn

from bench.cost.memory import peak_memory


class Steps(nn.Module):
    """Three maps one after the other, of which two are alive at once."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(100, 1000))

    def forward(self, x: Tensor) -> Tensor:
        first = x + self.weight[0]
        second = torch.cat([first, first])
        del first
        return second[:1] * self.weight[1]


def test_peak_is_weights_images_and_what_is_alive_at_once():
    images = torch.zeros(50, 1000)
    held = 4 * (100 * 1000 + 50 * 1000)
    alive = 4 * (50 * 1000 + 100 * 1000)
    peak = peak_memory(Steps(), images)
    assert held + alive <= peak <= held + alive + 100


def test_nothing_is_said_on_the_standard_error(capfd):
    peak_memory(nn.Linear(3, 3), torch.zeros(2, 3))
    assert capfd.readouterr().err == ""


def test_a_larger_batch_takes_more():
    model = nn.Conv2d(1, 8, 3, padding=1)
    small, large = (peak_memory(model, torch.zeros(n, 1, 64, 64)) for n in (2, 8))
    assert large - small >= 6 * 64 * 64 * 4 * 9

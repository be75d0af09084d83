"""Operations, against counts by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from bench.cost.flops import Flops, count_flops, fourier_flops, singular_value_flops
from bench.cost.models import parse_model


class Applied(nn.Module):
    """A module that applies one function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def flops_of(module: nn.Module, *shape: int) -> Flops:
    return count_flops(module.eval(), torch.randn(*shape))


def test_convolution_by_hand():
    # 10 × 10 places, each 4 outputs of 3 · 3 · 3 products and as many sums
    counted = flops_of(nn.Conv2d(3, 4, 3, padding=1), 1, 3, 10, 10)
    assert counted.by_operation == {"convolution": 10 * 10 * 4 * 27 * 2}


def test_a_depthwise_convolution_sees_one_channel_an_output():
    counted = flops_of(nn.Conv2d(8, 8, 3, padding=1, groups=8, stride=2), 1, 8, 10, 10)
    assert counted.total == 5 * 5 * 8 * 9 * 2


def test_linear_by_hand():
    assert flops_of(nn.Linear(20, 5), 3, 20).by_operation == {"matrix product": 3 * 20 * 5 * 2}


@pytest.mark.parametrize("side", [16, 112])
def test_fourier_transform_of_real_maps_there_and_back(side):
    def there_and_back(x: Tensor) -> Tensor:
        return torch.fft.irfft2(torch.fft.rfft2(x), s=(side, side))

    points = side * side
    one = 2.5 * points * math.log2(points)
    counted = flops_of(Applied(there_and_back), 2, 3, side, side)
    assert counted.by_operation == {"Fourier transform": 6 * 2 * round(one)}


def test_a_complex_transform_costs_twice_a_real_one():
    counted = flops_of(Applied(lambda x: torch.fft.fft2(x.to(torch.complex64)).real), 1, 32, 32)
    assert counted.total == 5 * 1024 * 10
    assert fourier_flops(1024, real=True) * 2 == fourier_flops(1024, real=False) == 51200


def test_singular_values_of_a_square_matrix_are_eight_thirds_of_its_side_cubed():
    counted = flops_of(Applied(torch.linalg.svdvals), 2, 12, 12)
    assert counted.by_operation == {"singular values": 2 * 8 * 12**3 // 3}


def test_singular_vectors_cost_more_than_values():
    def largest(x: Tensor) -> Tensor:
        left, _, _ = torch.linalg.svd(x, full_matrices=False)
        return left

    # Golub & Van Loan, Figure 8.6.1, Golub-Reinsch: 14mn² + 8n³
    assert flops_of(Applied(largest), 12, 12).total == 22 * 12**3


def test_a_tall_matrix_is_reduced_by_qr_first():
    # 2mn² + 2n³ is less than 4mn² − 4n³/3 from m = 5n/3 on
    assert singular_value_flops(100, 10, vectors=False) == 2 * 100 * 100 + 2 * 1000
    assert singular_value_flops(10, 100, vectors=False) == 2 * 100 * 100 + 2 * 1000
    assert singular_value_flops(15, 9, vectors=False) == 4 * 15 * 81 - 4 * 729 // 3


def test_nothing_is_counted_twice_and_elementwise_work_not_at_all():
    module = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2), nn.ReLU())
    assert flops_of(module, 1, 1, 4, 4).total == 16 * 2 * 2


def test_spectral_attention_is_its_convolutions_and_the_formulas():
    """ResNet18 at 64 × 64: the maps have sides 32, 16, 8, 4 and 64, 64, 128, 256 channels."""
    plain = parse_model("resnet18").build(1, 7, 64)
    spectral = parse_model("resnet18/hfc").build(1, 7, 64)
    images = torch.randn(1, 1, 64, 64)
    added = count_flops(spectral, images).total - count_flops(plain, images).total
    by_hand = 0
    for side, width in ((32, 64), (16, 64), (8, 128), (4, 256)):
        points = side * side
        by_hand += 2 * points * width  # the 1×1 convolution
        by_hand += 2 * side * 49 + 2 * points * 7  # the 7×7 one, as Q W Kᵀ of windows of 7
        by_hand += 2 * round(2.5 * points * math.log2(points))  # there and back
        by_hand += 2 * round(8 * side**3 / 3)  # of query and key
    assert added == by_hand


def test_a_low_pass_part_is_decomposed_in_its_waves():
    """Against `hfc`, of which only the query differs: 2m + 1 waves, m periods to the radius."""
    models = [parse_model(f"resnet18/{name}").build(1, 7, 64) for name in ("hfc", "lfc")]
    high, low = (count_flops(model, torch.randn(1, 1, 64, 64)).total for model in models)
    by_hand = 0
    for side, waves in ((32, 9), (16, 5), (8, 3), (4, 1)):
        by_hand += 2 * waves * side * side + 2 * waves * side * waves  # from both sides
        by_hand += round(8 * waves**3 / 3) - round(8 * side**3 / 3)
    assert low - high == by_hand


@pytest.mark.parametrize("model", ["resnet18", "mobilenet_v2/hfc", "resnet18/bam"])
def test_images_cost_the_same_in_a_batch(model):
    network = parse_model(model).build(1, 7, 64)
    counts = [count_flops(network, torch.randn(n, 1, 64, 64)).total for n in (1, 3)]
    assert counts[1] == 3 * counts[0]


def test_resnet18_has_the_published_count():
    """He et al., Table 1: 1.8 · 10⁹ products and sums for 224 × 224 colour images."""
    network = parse_model("resnet18").build(3, 1000, 224)
    assert count_flops(network, torch.randn(1, 3, 224, 224)).total / 2 == pytest.approx(
        1.82e9, rel=0.01
    )

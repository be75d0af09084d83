"""Which models are timed, and how many images a matrix stands for."""

from bench.model import model_key
from jobs.estimate import _in_turns, estimate
from tests.bench.builders import spec
from tests.cells import tiny


def test_each_backbone_has_its_turn_before_any_has_a_second():
    cells = [
        spec(backbone=backbone, attention=attention)
        for backbone, attention in (
            ("resnet18", "none"),
            ("resnet18", "hfc"),
            ("resnet18", "bam"),
            ("mobilenet_v2", "none"),
            ("mobilenet_v2", "hfc"),
        )
    ]
    models = {model_key(cell): cell for cell in cells}
    turns = [cell for _, cell in _in_turns(models)]
    assert turns == [cells[0], cells[3], cells[1], cells[4], cells[2]]


def test_cells_add_up_whatever_the_seeds():
    once = estimate([tiny()], {})
    assert once.images > 0
    four = estimate([tiny(seed=seed, split_seed=split) for seed in (0, 1) for split in (0, 1)], {})
    assert four.images == 4 * once.images

"""The training engine on real, small trainings of the built-in faces."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from bench.data import load_cell
from bench.engine import Trainer, make_optimizer, make_schedule, step_schedule
from bench.execution import Execution
from bench.metrics import confusion_matrix
from bench.pixels import plan_epoch
from bench.specification import Recipe, Specification
from registry.model import parameter_count
from registry.samples import Samples
from registry.split import Split
from tests.cells import tiny

DETERMINISTIC = Execution(device="cpu", threads=1, deterministic=True)


@pytest.fixture(autouse=True)
def _deterministic():
    DETERMINISTIC.apply()
    yield
    torch.use_deterministic_algorithms(False)


def trainer_of(cell: Specification) -> Trainer:
    return Trainer(cell, *load_cell(cell, {}), DETERMINISTIC)


def train(trainer: Trainer) -> list:
    return list(trainer.epochs(after_batch=lambda: None))


def bits(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


class TestTraining:
    def test_learns_what_it_is_shown(self):
        trainer = trainer_of(tiny(backbone="resnet18", epochs=6, lr=1e-3))
        results = train(trainer)
        first, last = results[0].parts["train"], results[-1].parts["train"]
        assert last.loss < 0.7 * first.loss
        assert last.balanced_accuracy > first.balanced_accuracy + 0.2

    def test_every_image_of_each_part_is_counted_once_an_epoch(self):
        trainer = trainer_of(tiny(epochs=2))
        for result in train(trainer):
            for part, indices in trainer.split.parts.items():
                labels = trainer.pixels.labels.numpy()[indices]
                support = result.parts[part].confusion.sum(axis=1)
                assert support.tolist() == np.bincount(labels, minlength=7).tolist()

    def test_loss_and_confusion_agree_with_the_logits_that_are_kept(self):
        trainer = trainer_of(tiny(epochs=1))
        (result,) = train(trainer)
        logits = trainer.picked["last"].logits["test"].double().numpy()
        labels = trainer.pixels.labels.numpy()[trainer.split.test]
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        loss = (log_sum - shifted[np.arange(len(labels)), labels]).mean()
        assert result.parts["test"].loss == pytest.approx(loss, rel=1e-9)
        expected = confusion_matrix(labels, logits.argmax(axis=1), 7)
        assert (result.parts["test"].confusion == expected).all()

    def test_best_is_the_first_epoch_with_the_highest_monitored_accuracy(self):
        trainer = trainer_of(tiny(epochs=5, lr=2e-3))
        scores = [r.parts["validation"].balanced_accuracy for r in train(trainer)]
        assert trainer.picked["best"].epoch == 1 + scores.index(max(scores))
        assert trainer.picked["last"].epoch == 5

    def test_a_protocol_that_peeks_is_monitored_on_the_test_part(self):
        trainer = trainer_of(tiny(protocol="paper", epochs=3))
        scores = [r.parts["test"].balanced_accuracy for r in train(trainer)]
        assert "validation" not in trainer.picked["best"].logits
        assert trainer.picked["best"].epoch == 1 + scores.index(max(scores))

    @pytest.mark.parametrize("precision", ["bf16", "fp16"])
    def test_lower_precision_trains_on_the_cpu_too(self, precision):
        results = train(trainer_of(tiny(epochs=2, precision=precision)))
        assert all(result.finite for result in results)

    @pytest.mark.parametrize("augmentation", ["flip", "flip_shift"])
    def test_augmentation_changes_the_training(self, augmentation):
        plain, augmented = trainer_of(tiny(epochs=1)), trainer_of(tiny(augmentation=augmentation))
        next(plain.epochs(lambda: None))
        next(augmented.epochs(lambda: None))
        assert not same(bits(plain), bits(augmented))

    def test_a_loss_that_is_no_number_ends_it(self):
        trainer = trainer_of(tiny(epochs=5, lr=1e30, optimizer="sgd"))
        results = train(trainer)
        assert len(results) < 5
        assert not results[-1].finite

    def test_parameters_are_those_of_the_paper(self):
        assert trainer_of(tiny(backbone="resnet18", attention="none")).parameters == 11_173_831

    def test_a_batch_of_one_left_over_does_not_stop_batch_normalisation(self):
        cell = tiny(backbone="resnet18", attention="bam_original", epochs=1)
        samples, split = load_cell(cell, {})
        odd = replace(split, train=split.train[: cell.recipe.batch_size + 1])
        results = train(Trainer(cell, samples, odd, DETERMINISTIC))
        assert results[0].parts["train"].confusion.sum() == cell.recipe.batch_size + 1


class TestDistribution:
    """Raters' distributions as what is learnt."""

    def test_one_hot_distributions_train_like_labels(self):
        cell = tiny(epochs=2)
        samples, split = load_cell(cell, {})
        one_hot = np.eye(7, dtype=np.float32)[samples.labels]
        rated = replace(samples, distribution=one_hot)
        plain = train(Trainer(cell, samples, split, DETERMINISTIC))
        soft = train(Trainer(cell, rated, split, DETERMINISTIC))
        for one, other in zip(plain, soft, strict=True):
            for part in one.parts:
                assert other.parts[part].loss == pytest.approx(one.parts[part].loss, rel=1e-5)
                assert (other.parts[part].confusion == one.parts[part].confusion).all()

    def test_loss_in_training_is_the_cross_entropy_against_the_distribution(self):
        cell = tiny(epochs=1, batch_size=8)
        samples, split = load_cell(cell, {})
        shares = np.random.default_rng(0).dirichlet(np.ones(7), len(samples)).astype(np.float32)
        few = replace(split, train=split.train[:8])  # one batch: the loss of the first weights
        trainer = Trainer(cell, replace(samples, distribution=shares), few, DETERMINISTIC)
        logits = []
        hook = trainer.model.register_forward_hook(
            lambda _, __, output: logits.append(output.detach().double().numpy())
        )
        batch = plan_epoch(torch.from_numpy(few.train), cell.recipe, 0, 1, 48, trainer.device)[0]
        (result,) = train(trainer)
        hook.remove()
        log_q = logits[0] - np.log(np.exp(logits[0]).sum(axis=1, keepdims=True))
        p = shares[batch.indices.numpy()].astype(np.float64)
        by_hand = -(p * log_q).sum(axis=1).mean()
        assert result.parts["train"].loss == pytest.approx(by_hand, rel=1e-6)
        kept = trainer.picked["last"].logits["test"].double().numpy()
        log_q = kept - np.log(np.exp(kept).sum(axis=1, keepdims=True))
        labels = samples.labels[few.test]
        hard = -log_q[np.arange(len(labels)), labels].mean()
        assert result.parts["test"].loss == pytest.approx(hard, rel=1e-9)
        supports = np.bincount(samples.labels[few.train], minlength=7)
        assert (result.parts["train"].confusion.sum(axis=1) == supports).all()


class TestDeterminism:
    def test_the_same_seed_gives_the_same_bits(self):
        one, other = trainer_of(tiny(epochs=2)), trainer_of(tiny(epochs=2))
        train(one)
        train(other)
        assert same(bits(one), bits(other))

    def test_another_seed_gives_others(self):
        one, other = trainer_of(tiny(epochs=1)), trainer_of(tiny(epochs=1, seed=1))
        assert not same(bits(one), bits(other))

    def test_the_backbone_begins_the_same_whatever_the_attention(self):
        plain, with_hfc = trainer_of(tiny(attention="none")), trainer_of(tiny(attention="hfc"))
        head = "classifier.1.weight"  # the last of the backbone's weights to be drawn
        assert torch.equal(plain.model.state_dict()[head], with_hfc.model.state_dict()[head])

    @pytest.mark.parametrize("stop_after", [1, 3, 4, 6])
    def test_state_saved_between_any_two_batches_goes_on_to_the_same_bits(self, stop_after):
        cell = tiny(epochs=2, augmentation="flip_shift")
        whole = trainer_of(cell)
        expected = train(whole)

        interrupted, batches = trainer_of(cell), 0
        saved = {}

        class Stop(Exception):
            pass

        def after_batch() -> None:
            nonlocal batches, saved
            batches += 1
            if batches == stop_after:
                saved = interrupted.state_dict()
                raise Stop

        before = []
        with pytest.raises(Stop):
            before += interrupted.epochs(after_batch)
        torch.manual_seed(987)  # whatever else the process drew in between
        resumed = trainer_of(cell)
        resumed.load_state_dict(saved)
        after = train(resumed)

        assert same(bits(whole), bits(resumed))
        for result in after:
            same_epoch = expected[result.epoch - 1]
            for part, values in result.parts.items():
                assert values.loss == same_epoch.parts[part].loss
                assert (values.confusion == same_epoch.parts[part].confusion).all()
        for rule in ("best", "last"):
            assert resumed.picked[rule].epoch == whole.picked[rule].epoch
            for part, logits in whole.picked[rule].logits.items():
                assert torch.equal(logits, resumed.picked[rule].logits[part])


@pytest.mark.filterwarnings("ignore:Detected call of")  # no optimizer steps between: on purpose
class TestSchedule:
    def test_plateau_cuts_at_the_sixth_epoch_without_improvement(self):
        optimizer = make_optimizer(Recipe(lr=1.0), nn.Linear(1, 1))
        schedule = make_schedule(Recipe(lr=1.0), optimizer)
        rates = []
        for loss in [1.0] + [2.0] * 7:
            step_schedule(schedule, loss)
            rates.append(optimizer.param_groups[0]["lr"])
        assert rates == pytest.approx([1.0] * 6 + [0.3] * 2)

    def test_cosine_falls_to_zero_over_the_epochs(self):
        recipe = Recipe(lr=1.0, epochs=10, schedule="cosine")
        optimizer = make_optimizer(recipe, nn.Linear(1, 1))
        schedule = make_schedule(recipe, optimizer)
        for epoch in range(1, 11):
            step_schedule(schedule, 1.0)
            expected = (1 + np.cos(np.pi * epoch / 10)) / 2
            assert optimizer.param_groups[0]["lr"] == pytest.approx(expected, abs=1e-12)

    def test_none_stays(self):
        recipe = Recipe(lr=0.5, schedule="none")
        optimizer = make_optimizer(recipe, nn.Linear(1, 1))
        schedule = make_schedule(recipe, optimizer)
        for _ in range(9):
            step_schedule(schedule, 1.0)
        assert optimizer.param_groups[0]["lr"] == 0.5


def test_pixels_are_normalised_by_the_training_part_alone():
    cell = tiny()
    samples, split = load_cell(cell, {})
    changed = samples.images.copy()
    changed[split.test] = 255 - changed[split.test]
    other = Samples(changed, samples.labels.copy(), samples.classes, samples.names)
    one = Trainer(cell, samples, split, DETERMINISTIC).pixels
    two = Trainer(cell, other, split, DETERMINISTIC).pixels
    assert (one.mean, one.deviation) == (two.mean, two.deviation)
    trained = samples.images[split.train].astype(np.float64) / 255
    assert one.mean == pytest.approx(trained.mean(), rel=1e-12)
    assert one.deviation == pytest.approx(trained.std(), rel=1e-9)


def test_optimizers_are_what_they_are_called():
    model = nn.Linear(2, 2)
    assert type(make_optimizer(Recipe(), model)) is torch.optim.Adam
    assert type(make_optimizer(Recipe(optimizer="adamw"), model)) is torch.optim.AdamW
    sgd = make_optimizer(Recipe(optimizer="sgd", momentum=0.5), model)
    assert type(sgd) is torch.optim.SGD
    assert sgd.param_groups[0]["momentum"] == 0.5
    assert parameter_count(model) == 6


def test_split_parts_do_not_overlap():
    _, split = load_cell(tiny(), {})
    assert isinstance(split, Split)
    together = np.concatenate(list(split.parts.values()))
    assert len(np.unique(together)) == len(together) == len(split.names)

"""Trains one cell: a generator of epochs whose whole state can be saved between any two batches."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bench.execution import Execution
from bench.metrics import measure
from bench.model import model_of
from bench.pixels import Batch, Pixels, plan_epoch
from bench.precision import mixed
from bench.random import stream
from bench.specification import Recipe, Specification
from registry.model import parameter_count
from registry.samples import Samples
from registry.split import Split

#: Images that go through the network at once where nothing is learnt from them. Fixed, because
#: another size could round differently.
EVALUATION_BATCH = 64


@dataclass(frozen=True)
class PartResult:
    """What one pass over a part of the data gave.

    Attributes
    ----------
    loss : float
        Mean cross-entropy per image, in nats; in training against what is learnt, which may be
        the raters' distribution, else against the labels.
    confusion : int64 array, (classes, classes)
        Rows are true classes, columns predicted ones.
    """

    loss: float
    confusion: NDArray[np.int64]

    @property
    def balanced_accuracy(self) -> float:
        """Unweighted mean of the class recalls."""
        return float(measure(self.confusion).balanced_accuracy)


@dataclass(frozen=True)
class EpochResult:
    """One epoch, counted from 1.

    Attributes
    ----------
    parts : dict
        By part: ``train`` (as it was while learning), ``validation`` and ``test`` (after).
    lr : float
        The learning rate that the epoch was trained with.
    seconds : float
        Of training and evaluation.
    images_per_second : float
        While training.
    """

    epoch: int
    parts: dict[str, PartResult]
    lr: float
    seconds: float
    images_per_second: float

    @property
    def finite(self) -> bool:
        """Whether every loss is a number."""
        return all(np.isfinite(part.loss) for part in self.parts.values())


@dataclass
class Picked:
    """The epoch that a selection rule picks so far, with its logits by part."""

    epoch: int = 0
    score: float = -1.0
    logits: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class Progress:
    """Where training stands between two batches."""

    epoch: int = 1
    step: int = 0
    training_seconds: float = 0.0


class Trainer:
    """The training of one cell.

    Parameters
    ----------
    specification, samples, split
        What is trained.
    execution : Execution
        How the machine is used; changes no result beyond rounding.
    """

    def __init__(
        self, specification: Specification, samples: Samples, split: Split, execution: Execution
    ) -> None:
        self.specification = specification
        self.recipe = specification.recipe
        self.split = split
        self.classes = len(samples.classes)
        self.device = execution.torch_device
        self.pixels = Pixels(samples, split, self.recipe, self.device)
        torch.manual_seed(stream(specification.seed, "initialisation"))
        self.model = model_of(specification, samples.images.shape[1], self.classes)
        self.model = self.model.to(self.device)
        self.model = self.model.to(memory_format=torch.channels_last)
        self.optimizer = make_optimizer(self.recipe, self.model)
        self.schedule = make_schedule(self.recipe, self.optimizer)
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=self.recipe.precision == "fp16"
        )
        self.forward: Callable[[Tensor], Tensor] = (
            torch.compile(self.model) if execution.compile else self.model
        )
        self.progress = Progress()
        self.picked = {"best": Picked(), "last": Picked()}
        self._clear_sums()

    @property
    def parameters(self) -> int:
        """Number of trainable parameters."""
        return parameter_count(self.model)

    def epochs(self, after_batch: Callable[[], None]) -> Iterator[EpochResult]:
        """Train, from wherever `progress` stands, to the last epoch.

        Parameters
        ----------
        after_batch : callable
            Called between batches, when the whole state is consistent; may save it, may raise.

        Yields
        ------
        EpochResult
            When an epoch is finished. Stops early after a loss that is not finite.
        """
        while self.progress.epoch <= self.recipe.epochs:
            result = self._train_epoch(after_batch)
            yield result
            if not result.finite:
                return

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the training depends on: tensors and plain values only."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "progress": vars(self.progress).copy(),
            "picked": {rule: vars(picked).copy() for rule, picked in self.picked.items()},
            "sums": {"loss": self._loss_sum, "confusion": self._confusion_sum},
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to where `state_dict` was taken."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        self.progress = Progress(**state["progress"])
        self.picked = {rule: Picked(**picked) for rule, picked in state["picked"].items()}
        self._loss_sum = state["sums"]["loss"].to(self.device)
        self._confusion_sum = state["sums"]["confusion"].to(self.device)
        torch.set_rng_state(state["random"].cpu())
        if state["random_cuda"]:
            torch.cuda.set_rng_state_all([random.cpu() for random in state["random_cuda"]])

    def _train_epoch(self, after_batch: Callable[[], None]) -> EpochResult:
        progress = self.progress
        lr = self.optimizer.param_groups[0]["lr"]
        train = torch.from_numpy(self.split.train)
        side = self.pixels.images.shape[-1]
        seed = self.specification.seed
        batches = plan_epoch(train, self.recipe, seed, progress.epoch, side, self.device)
        self.model.train()
        if progress.step == 0:  # dropout draws from here; a resumed epoch goes on in its stream
            torch.manual_seed(stream(seed, "dropout", progress.epoch))
        started = time.perf_counter()
        for batch in batches[progress.step :]:
            self._learn(batch)
            progress.step += 1
            now = time.perf_counter()
            progress.training_seconds += now - started
            started = now
            after_batch()
        parts = {"train": self._summed(len(train))}
        # The sums are read above, so all work queued on a GPU is in this time too.
        progress.training_seconds += time.perf_counter() - started
        started = time.perf_counter()
        logits = {part: self.predict(indices) for part, indices in self._watched().items()}
        parts |= {part: self._score(part, values) for part, values in logits.items()}
        result = EpochResult(
            epoch=progress.epoch,
            parts=parts,
            lr=lr,
            seconds=progress.training_seconds + time.perf_counter() - started,
            images_per_second=len(train) / progress.training_seconds,
        )
        self._finish_epoch(result, logits)
        return result

    def _learn(self, batch: Batch) -> None:
        labels = self.pixels.labels[batch.indices]
        with self._mixed():
            logits = self.forward(self.pixels.batch(batch))
            # Where raters disagree, their distribution is what is learnt; what is counted, and all
            # evaluation, is by the one label, so that results compare across kinds of label.
            loss = functional.cross_entropy(logits.float(), self.pixels.targets[batch.indices])
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        # No value is read back to the host here: on a GPU that would wait for the whole queue.
        self._loss_sum += loss.detach() * len(labels)
        pairs = labels * self.classes + logits.detach().argmax(dim=1)
        self._confusion_sum += torch.bincount(pairs, minlength=self.classes**2)

    def predict(self, indices: NDArray[np.int64]) -> Tensor:
        """Logits of images in evaluation mode: float32 tensor on the CPU, (N, classes)."""
        self.model.eval()
        pieces = torch.from_numpy(indices).to(self.device).split(EVALUATION_BATCH)
        with torch.inference_mode(), self._mixed():
            logits = [self.forward(self.pixels.batch(Batch(piece))).float() for piece in pieces]
        return torch.cat(logits).cpu()

    def _mixed(self) -> AbstractContextManager[None]:
        return mixed(self.recipe.precision, self.device)

    def _watched(self) -> dict[str, NDArray[np.int64]]:
        return {part: indices for part, indices in self.split.parts.items() if part != "train"}

    def _score(self, part: str, logits: Tensor) -> PartResult:
        labels = self.pixels.labels.cpu()[torch.from_numpy(self.split.parts[part])]
        pairs = labels * self.classes + logits.argmax(dim=1)
        counts = torch.bincount(pairs, minlength=self.classes**2)
        loss = functional.cross_entropy(logits.double(), labels)
        return PartResult(float(loss), counts.reshape(self.classes, self.classes).numpy())

    def _summed(self, images: int) -> PartResult:
        confusion = self._confusion_sum.cpu().reshape(self.classes, self.classes).numpy()
        return PartResult(float(self._loss_sum) / images, confusion)

    def _clear_sums(self) -> None:
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=self.device)
        self._confusion_sum = torch.zeros(self.classes**2, dtype=torch.int64, device=self.device)

    def _finish_epoch(self, result: EpochResult, logits: dict[str, Tensor]) -> None:
        monitored = result.parts[self.specification.monitored]
        if result.finite:
            score = monitored.balanced_accuracy
            self.picked["last"] = Picked(result.epoch, score, logits)
            if score > self.picked["best"].score:
                self.picked["best"] = self.picked["last"]
            step_schedule(self.schedule, monitored.loss)
        self.progress = Progress(epoch=result.epoch + 1)
        self._clear_sums()


Schedule = torch.optim.lr_scheduler.LRScheduler


def make_optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimizer over all parameters of a model."""
    parameters = list(model.parameters())
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(
            parameters, recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
    adam = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    return adam(parameters, recipe.lr, weight_decay=recipe.weight_decay)


def make_schedule(recipe: Recipe, optimizer: torch.optim.Optimizer) -> Schedule:
    """The recipe's learning-rate schedule; `step_schedule` moves it on."""
    schedulers = torch.optim.lr_scheduler
    if recipe.schedule == "plateau":
        return schedulers.ReduceLROnPlateau(
            optimizer, factor=recipe.factor, patience=recipe.patience
        )
    if recipe.schedule == "cosine":
        return schedulers.CosineAnnealingLR(optimizer, T_max=recipe.epochs)
    return schedulers.ConstantLR(optimizer, factor=1.0, total_iters=0)


def step_schedule(schedule: Schedule, monitored_loss: float) -> None:
    """Move the schedule on by an epoch; only the plateau schedule looks at the loss."""
    if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
        schedule.step(monitored_loss)
    else:
        schedule.step()

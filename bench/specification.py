"""A cell as a value: everything that changes its result, and the identity made from that."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from registry.catalog import ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS
from registry.component import Component, Registry
from registry.errors import RequestError, nearest

#: Goes up when the meaning of a specification changes; every identity changes with it.
IDENTITY_VERSION = 1
#: What every database can hold as a whole number.
LARGEST_SEED = 2**31 - 1


class Frozen(BaseModel):
    """A value: complete, immutable, nothing unknown let in."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, that knows nothing that was worked out before."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(self).model_fields.keys():
            del vars(copied)[name]
        return copied


class Shared(Frozen):
    """A part of a specification, which its repeats share: its text is worked out once for all."""

    @cached_property
    def text(self) -> str:
        """Canonical JSON, see `Specification.canonical`."""
        return _canonical(self.model_dump(mode="json"))


#: Parameters of a recipe that a single optimizer or schedule looks at.
USED_BY = {"momentum": "sgd", "factor": "plateau", "patience": "plateau"}


class Recipe(Shared):
    """How a cell is trained.

    The defaults are the paper's (§4.1, §4.2) where it states them: 224×224 input, up-sampled;
    cross-entropy; 100 epochs; ReduceLROnPlateau with factor 0.3 and patience 5. Batch size and
    learning rate depend on dataset and backbone there, so the shipped matrices set them.

    The paper is silent on the rest, and these are our defaults: bilinear interpolation,
    standardisation by the training part's mean and deviation, no augmentation, Adam without weight
    decay, float32.
    """

    epochs: int = Field(100, ge=1)
    batch_size: int = Field(32, ge=2)
    size: int = Field(224, ge=8, le=1024)
    interpolation: Literal["bilinear", "bicubic", "nearest"] = "bilinear"
    normalisation: Literal["standard", "image", "scale"] = "standard"
    augmentation: Literal["none", "flip", "flip_shift"] = "none"
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    lr: float = Field(1e-4, gt=0)
    weight_decay: float = Field(0.0, ge=0)
    momentum: float = Field(0.9, ge=0, lt=1, description="of SGD; Adam has betas 0.9 and 0.999")
    schedule: Literal["plateau", "cosine", "none"] = "plateau"
    factor: float = Field(0.3, gt=0, lt=1, description="of the plateau schedule")
    patience: int = Field(5, ge=0, description="epochs without improvement that are let pass")
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"

    @field_validator(*USED_BY)
    @classmethod
    def _default_where_unused(cls, value: float, info: ValidationInfo) -> Any:
        """What this optimizer or schedule does not look at is its default: one training, one id."""
        name = str(info.field_name)
        used = USED_BY[name] in (info.data.get("optimizer"), info.data.get("schedule"))
        return value if used else cls.model_fields[name].default


class Chosen(Shared):
    """A component with its version and every parameter written out."""

    name: str
    version: int
    parameters: dict[str, Any]


KINDS: dict[str, Registry[Any]] = {
    "dataset": DATASETS,
    "protocol": PROTOCOLS,
    "backbone": BACKBONES,
    "attention": ATTENTIONS,
}


class Specification(Frozen):
    """One cell of a matrix.

    Attributes
    ----------
    dataset, protocol, backbone, attention : Chosen
        The components.
    data : str
        Fingerprint of the dataset's content.
    monitored : str
        The part that drives the schedule and picks the best epoch; the protocol's choice.
    split_seed, fold : int
        Which split of the protocol.
    seed : int
        Of initialisation, batch order, augmentation and dropout.
    recipe : Recipe
        How it is trained.
    """

    dataset: Chosen
    data: str
    protocol: Chosen
    monitored: Literal["validation", "test"]
    split_seed: int = Field(0, ge=0, le=LARGEST_SEED)
    fold: int = Field(0, ge=0)
    backbone: Chosen
    attention: Chosen
    seed: int = Field(0, ge=0, le=LARGEST_SEED)
    recipe: Recipe = Recipe()

    def canonical(self) -> str:
        """JSON with sorted keys, no spaces and every default written out."""
        return self._text(type(self).model_fields)

    @cached_property
    def id(self) -> str:
        """Identity: two specifications with the same one give the same result."""
        return _hash(self.canonical())

    @cached_property
    def configuration(self) -> str:
        """Identity of what is repeated over seeds, split seeds and folds: a leaderboard's row."""
        return _hash(self._text(type(self).model_fields.keys() - SEEDS))

    def _text(self, names: Iterable[str]) -> str:
        """Canonical JSON of some fields."""
        fields = [f'"{name}":{_text_of(getattr(self, name))}' for name in sorted(names)]
        return "{" + ",".join(fields) + "}"


SEEDS = ("split_seed", "fold", "seed")
#: Every key that a matrix may set, beside the parameters of components (``attention.radius``).
KEYS = (*KINDS, *SEEDS, *Recipe.model_fields)


def specify(settings: Mapping[str, Any], fingerprint: Callable[[Chosen], str]) -> Specification:
    """Make a complete specification from plain values.

    Parameters
    ----------
    settings : mapping
        ``dataset``, ``protocol``, ``backbone`` and ``attention`` as a name or as a table with
        ``name`` and parameters; seeds; recipe fields.
    fingerprint : callable
        Gives the content fingerprint of a chosen dataset.

    Raises
    ------
    RequestError
        An unknown key or name (with the nearest right one), or a value out of range.
    """
    for key in settings:
        if key not in KEYS:
            raise RequestError(f"there is no setting '{key}'{nearest(key, KEYS)}")
        _check_value(key, settings[key])
    for kind in KINDS:
        if kind not in settings:
            raise RequestError(f"'{kind}' is not set")
    chosen = {kind: choose(kind, settings[kind]) for kind in KINDS}
    recipe = {key: value for key, value in settings.items() if key in Recipe.model_fields}
    with _plain_errors():
        specification = Specification(
            **chosen,
            data=fingerprint(chosen["dataset"]),
            monitored=PROTOCOLS.get(chosen["protocol"].name).monitored,
            recipe=Recipe.model_validate(recipe),
        )
    return repeat(specification, {key: settings[key] for key in SEEDS if key in settings})


def repeat(specification: Specification, seeds: Mapping[str, Any]) -> Specification:
    """The same with other seeds, or another fold; what is not named is 0.

    Raises
    ------
    RequestError
        A value is out of range, or the protocol has no such fold.
    """
    for key, value in seeds.items():
        _check_value(key, value)
    values = vars(specification)
    kept = {name: values[name] for name in Specification.model_fields if name not in SEEDS}
    with _plain_errors():
        repeated = Specification(**kept, **seeds)
    if repeated.fold >= (folds := folds_of(repeated)):
        name = label("protocol", repeated.protocol)
        raise RequestError(f"fold = {repeated.fold}: {name} has {folds}, counted from 0")
    # put where cached_property looks for it: to work it out takes as long as an identity
    vars(repeated)["configuration"] = specification.configuration
    return repeated


def folds_of(specification: Specification) -> int:
    """How many folds the protocol has; 1 for a single hold-out."""
    protocol = PROTOCOLS.get(specification.protocol.name)
    return protocol.folds(protocol.parse(specification.protocol.parameters))


def _check_value(key: str, value: Any) -> None:
    if isinstance(value, bool):  # TOML's true is a number to Python
        raise RequestError(f"{key} = {str(value).lower()}: that is no value for it")


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in a sentence what pydantic says in a list."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        raise RequestError(f"{first['loc'][-1]} = {first['input']!r}: {first['msg']}") from None


def choose(kind: str, value: Any) -> Chosen:
    """A component of that kind from its name, or from a table with ``name`` and parameters."""
    table = {"name": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
        raise RequestError(f"{kind} = {value!r}: give a name, or a table with 'name' in it")
    component: Component = KINDS[kind].get(table["name"])
    given = {key: value for key, value in table.items() if key != "name"}
    parameters = component.parse(given).model_dump(mode="json")
    return Chosen(name=component.name, version=component.version, parameters=parameters)


def label(kind: str, chosen: Chosen) -> str:
    """The name, with the parameters that differ from the defaults: ``hfc(radius=0.4)``."""
    defaults = KINDS[kind].get(chosen.name).parameters().model_dump(mode="json")
    changed = [f"{k}={v}" for k, v in chosen.parameters.items() if defaults.get(k) != v]
    return f"{chosen.name}({', '.join(changed)})" if changed else chosen.name


# once, for `json.dumps` makes an encoder each time
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _text_of(value: Any) -> str:
    return value.text if isinstance(value, Shared) else _canonical(value)


def _hash(text: str) -> str:
    digest = hashlib.sha256(f"ferbench-cell-{IDENTITY_VERSION}\n{text}".encode())
    return digest.hexdigest()[:16]

"""The identity of a cell: pinned, and moved by what changes the result and by nothing else."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.execution import Execution
from bench.specification import KEYS, Chosen, Recipe, Specification, label, specify
from registry.errors import RequestError
from tests.bench.builders import FINGERPRINT, fake_fingerprint, spec

PLAIN = {"dataset": "faces", "protocol": "subject", "backbone": "resnet18", "attention": "none"}

# Written out by hand. Whoever changes an identity here makes every result that exists an orphan.
GOLDEN = {
    "873df07396946f91": (
        PLAIN,
        "00000000000000000000000000000000",
        """{
          "dataset": {"name": "faces", "version": 1,
                      "parameters": {"subjects": 30, "frames": 3, "seed": 0}},
          "data": "00000000000000000000000000000000",
          "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}},
          "monitored": "validation",
          "split_seed": 0, "fold": 0, "seed": 0,
          "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}},
          "attention": {"name": "none", "version": 1, "parameters": {}},
          "recipe": {"epochs": 100, "batch_size": 32, "size": 224, "interpolation": "bilinear",
                     "normalisation": "standard", "augmentation": "none", "optimizer": "adam",
                     "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau",
                     "factor": 0.3, "patience": 5, "precision": "fp32"}
        }""",
    ),
    "ce607ec1d238ab3a": (
        {
            "dataset": {"name": "faces", "subjects": 4},
            "protocol": {"name": "subject", "folds": 3},
            "backbone": "resnet18",
            "attention": {"name": "hfc", "radius": 0.4},
            "fold": 1,
            "seed": 2,
            "split_seed": 3,
            "lr": 1,
            "size": 48,
        },
        "ffffffffffffffffffffffffffffffff",
        """{
          "dataset": {"name": "faces", "version": 1,
                      "parameters": {"subjects": 4, "frames": 3, "seed": 0}},
          "data": "ffffffffffffffffffffffffffffffff",
          "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 3}},
          "monitored": "validation",
          "split_seed": 3, "fold": 1, "seed": 2,
          "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}},
          "attention": {"name": "hfc", "version": 1,
                        "parameters": {"radius": 0.4, "profile": "ideal", "order": 2}},
          "recipe": {"epochs": 100, "batch_size": 32, "size": 48, "interpolation": "bilinear",
                     "normalisation": "standard", "augmentation": "none", "optimizer": "adam",
                     "lr": 1.0, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau",
                     "factor": 0.3, "patience": 5, "precision": "fp32"}
        }""",
    ),
    "b8045535080325be": (
        {
            "dataset": "ckplus",
            "protocol": "paper",
            "backbone": "mobilenet_v2",
            "attention": "bam",
            "lr": 1e-3,
            "batch_size": 16,
        },
        "ffffffffffffffffffffffffffffffff",
        """{
          "dataset": {"name": "ckplus", "version": 1, "parameters": {"frames": 3, "side": 48}},
          "data": "ffffffffffffffffffffffffffffffff",
          "protocol": {"name": "paper", "version": 1, "parameters": {"test_fraction": 0.25}},
          "monitored": "test",
          "split_seed": 0, "fold": 0, "seed": 0,
          "backbone": {"name": "mobilenet_v2", "version": 1, "parameters": {"pretrained": false}},
          "attention": {"name": "bam", "version": 1,
                        "parameters": {"reduction": 16, "dilation": 4}},
          "recipe": {"epochs": 100, "batch_size": 16, "size": 224, "interpolation": "bilinear",
                     "normalisation": "standard", "augmentation": "none", "optimizer": "adam",
                     "lr": 0.001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau",
                     "factor": 0.3, "patience": 5, "precision": "fp32"}
        }""",
    ),
}


@pytest.mark.parametrize("identity", GOLDEN)
class TestGolden:
    def test_hash_of_the_hand_written_text(self, identity):
        _, _, literal = GOLDEN[identity]
        text = json.dumps(json.loads(literal), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(f"ferbench-cell-1\n{text}".encode()).hexdigest()
        assert digest[:16] == identity
        cell = Specification.model_validate_json(literal)
        assert cell.canonical() == text
        assert cell.id == identity

    def test_short_settings_mean_the_same(self, identity):
        settings, data, _ = GOLDEN[identity]
        assert specify(settings, lambda _: data).id == identity

    def test_configuration_forgets_the_repetitions(self, identity):
        _, _, literal = GOLDEN[identity]
        content = json.loads(literal)
        for key in ("seed", "split_seed", "fold"):
            del content[key]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(f"ferbench-cell-1\n{text}".encode()).hexdigest()
        assert Specification.model_validate_json(literal).configuration == digest[:16]


OTHER_RECIPE = {
    "epochs": 101,
    "batch_size": 33,
    "size": 225,
    "interpolation": "bicubic",
    "normalisation": "image",
    "augmentation": "flip",
    "optimizer": "sgd",
    "lr": 2e-4,
    "weight_decay": 1e-4,
    "momentum": 0.8,
    "schedule": "cosine",
    "factor": 0.5,
    "patience": 4,
    "precision": "bf16",
}
OTHER_PARAMETERS = [
    ("dataset", {"name": "faces", "subjects": 29}),
    ("dataset", {"name": "faces", "frames": 2}),
    ("dataset", {"name": "faces", "seed": 1}),
    ("protocol", {"name": "subject", "folds": 3}),
    ("protocol", {"name": "sequence"}),
    ("protocol", {"name": "paper", "test_fraction": 0.3}),
    ("backbone", {"name": "resnet18", "pretrained": True}),
    ("attention", {"name": "hfc", "radius": 0.3}),
    ("attention", {"name": "hfc", "radius": [0.25, 0.25, 0.25, 0.25]}),
    ("attention", {"name": "hfc", "profile": "gaussian"}),
    ("attention", {"name": "hfc", "profile": "butterworth"}),
    ("attention", {"name": "hfc", "profile": "butterworth", "order": 3}),
    ("attention", {"name": "bam", "reduction": 8}),
    ("attention", {"name": "bam", "dilation": 2}),
]


class TestWhatChangesIt:
    def test_every_recipe_field(self):
        assert set(OTHER_RECIPE) == set(Recipe.model_fields)
        for name, value in OTHER_RECIPE.items():
            base = PLAIN | ({"optimizer": "sgd"} if name == "momentum" else {})
            one, other = (specify(s, fake_fingerprint) for s in (base, base | {name: value}))
            assert one.id != other.id, name
            assert one.configuration != other.configuration, name

    @pytest.mark.parametrize(("kind", "value"), OTHER_PARAMETERS)
    def test_every_component_parameter(self, kind, value):
        default = spec(**{kind: value["name"]})
        changed = spec(**{kind: value})
        assert changed.id != spec().id
        assert changed.configuration != spec().configuration
        if len(value) > 1:
            assert changed.id != default.id

    @pytest.mark.parametrize("key", ["seed", "split_seed", "fold"])
    def test_repetitions_change_the_cell_but_not_its_configuration(self, key):
        folded = {"protocol": {"name": "subject", "folds": 3}}
        repeated = spec(**folded, **{key: 1})
        assert spec(**folded).id != repeated.id
        assert spec(**folded).configuration == repeated.configuration
        changed = repeated.model_copy(update={"recipe": Recipe(epochs=1)})
        assert changed.configuration != repeated.configuration
        assert changed.id != repeated.id
        anew = Specification.model_validate_json(repeated.canonical())
        assert anew.configuration == repeated.configuration

    def test_the_data(self):
        other = specify(PLAIN | {"epochs": 3}, lambda _: "1" * 32)
        assert other.id != spec().id
        assert other.configuration != spec().configuration

    @pytest.mark.parametrize("kind", ["dataset", "protocol", "backbone", "attention"])
    def test_the_version_of_a_component(self, kind):
        chosen = getattr(spec(), kind)
        newer = chosen.model_copy(update={"version": chosen.version + 1})
        other = spec().model_copy(update={kind: newer})
        assert other.id != spec().id

    def test_the_monitored_part(self):
        content = json.loads(spec().canonical()) | {"monitored": "test"}
        assert Specification.model_validate(content).id != spec().id


class TestWhatDoesNot:
    def test_order_of_keys(self):
        settings = PLAIN | {"lr": 1e-3, "seed": 1, "attention": {"name": "bam", "dilation": 2}}
        backwards = dict(reversed(settings.items()))
        backwards["attention"] = {"dilation": 2, "name": "bam"}
        assert specify(backwards, fake_fingerprint).id == specify(settings, fake_fingerprint).id

    def test_alias(self):
        assert spec(attention="ours").id == spec(attention="hfc").id
        assert spec(attention={"name": "ours"}).attention.name == "hfc"

    def test_whole_numbers_for_real_ones_and_the_other_way_round(self):
        assert spec(lr=1, weight_decay=0).id == spec(lr=1.0).id

    @pytest.mark.parametrize(
        ("recipe", "unused"),
        [
            ({"optimizer": "adam"}, {"momentum": 0.5}),
            ({"optimizer": "adamw"}, {"momentum": 0.5}),
            ({"schedule": "cosine"}, {"factor": 0.5, "patience": 1}),
            ({"schedule": "none"}, {"factor": 0.5, "patience": 1}),
        ],
    )
    def test_what_the_optimizer_or_schedule_does_not_look_at(self, recipe, unused):
        assert spec(**recipe, **unused).id == spec(**recipe).id
        assert spec(epochs=3.0, seed=1.0).id == spec(epochs=3, seed=1).id

    def test_defaults_that_are_written_out(self):
        written = spec(
            **Recipe().model_dump() | {"epochs": 3},
            seed=0,
            split_seed=0,
            fold=0,
            dataset={"name": "faces", "subjects": 30, "frames": 3, "seed": 0},
            protocol={"name": "subject", "folds": 1},
            attention={"name": "none"},
        )
        assert written.id == spec().id

    def test_how_the_machine_is_used(self):
        for key in Execution.model_fields:
            assert key not in KEYS
            with pytest.raises(RequestError, match=f"no setting '{key}'"):
                spec(**{key: 1})


class TestMistakes:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"epoch": 3}, "no setting 'epoch'; did you mean 'epochs'?"),
            ({"batchsize": 3}, "did you mean 'batch_size'?"),
            ({"attention": "hfc_meen"}, "no attention 'hfc_meen'; did you mean 'hfc_mean'?"),
            ({"backbone": "resnet"}, "did you mean 'resnet18'?"),
            ({"attention": {"name": "hfc", "radios": 0.3}}, "did you mean 'radius'?"),
            ({"attention": {"radius": 0.3}}, "give a name, or a table with 'name'"),
            ({"attention": 7}, "attention = 7: give a name"),
            ({"attention": {"name": "hfc", "radius": 2}}, "'hfc': radius = 2"),
            ({"optimizer": "adm"}, "optimizer = 'adm': Input should be 'adam'"),
            ({"lr": 0}, "lr = 0: "),
            ({"lr": float("nan")}, "lr = nan: "),
            ({"lr": float("inf")}, "lr = inf: "),
            ({"batch_size": 1}, "batch_size = 1: "),
            ({"epochs": 2.5}, "epochs = 2.5: "),
            ({"seed": -1}, "seed = -1: "),
            ({"seed": 2**31}, "seed = 2147483648: "),
            ({"fold": -1}, "fold = -1: "),
            ({"fold": 1}, "fold = 1: subject has 1, counted from 0"),
            ({"fold": 1.0}, "fold = 1: subject has 1, counted from 0"),
            ({"fold": "1"}, "fold = 1: subject has 1, counted from 0"),
            (
                {"protocol": {"name": "subject", "folds": 3}, "fold": 3},
                r"fold = 3: subject(folds=3) has 3, counted from 0",
            ),
        ],
    )
    def test_are_told_in_a_sentence(self, settings, message):
        with pytest.raises(RequestError) as error:
            spec(**settings)
        assert message in str(error.value)

    @pytest.mark.parametrize("kind", ["dataset", "protocol", "backbone", "attention"])
    def test_a_component_that_is_not_set(self, kind):
        left = {key: value for key, value in PLAIN.items() if key != kind}
        with pytest.raises(RequestError, match=f"'{kind}' is not set"):
            specify(left, fake_fingerprint)


def test_label_has_what_differs_from_the_defaults():
    def of(kind: str, value: Any) -> str:
        return label(kind, getattr(spec(**{kind: value}), kind))

    assert of("attention", "ours") == "hfc"
    assert of("attention", {"name": "hfc", "radius": 0.25}) == "hfc"
    assert of("attention", {"name": "hfc", "radius": 0.4}) == "hfc(radius=0.4)"
    assert of("dataset", {"name": "faces", "frames": 1, "subjects": 4}) == (
        "faces(subjects=4, frames=1)"
    )


positive = st.floats(min_value=0, exclude_min=True, allow_infinity=False, allow_nan=False)
share = st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True)
recipes = st.builds(
    Recipe,
    epochs=st.integers(1, 10**6),
    batch_size=st.integers(2, 10**4),
    size=st.integers(8, 1024),
    interpolation=st.sampled_from(["bilinear", "bicubic", "nearest"]),
    augmentation=st.sampled_from(["none", "flip", "flip_shift"]),
    lr=positive,
    weight_decay=positive | st.just(0.0),
    factor=share,
    precision=st.sampled_from(["fp32", "bf16", "fp16"]),
)
parameters = st.dictionaries(
    st.text(min_size=1),
    st.booleans() | st.integers(-(10**15), 10**15) | positive | st.text() | st.lists(share),
    max_size=4,
)
components = st.builds(Chosen, name=st.text(), version=st.integers(1, 99), parameters=parameters)


@given(
    chosen=st.tuples(components, components, components, components),
    recipe=recipes,
    seeds=st.tuples(*[st.integers(0, 2**31 - 1)] * 3),
    monitored=st.sampled_from(["validation", "test"]),
)
def test_canonical_json_reads_back_to_the_same_cell(chosen, recipe, seeds, monitored):
    kinds = ("dataset", "protocol", "backbone", "attention")
    cell = Specification(
        **dict(zip(kinds, chosen, strict=True)),
        **dict(zip(("seed", "split_seed", "fold"), seeds, strict=True)),
        data=FINGERPRINT,
        monitored=monitored,
        recipe=recipe,
    )
    plain = json.dumps(cell.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    assert cell.canonical() == plain
    for text in (plain, cell.model_dump_json()):
        again = Specification.model_validate_json(text)
        assert again == cell
        assert again.id == cell.id
        assert again.configuration == cell.configuration
    # as the journal and the database hold it
    stored = json.loads(json.dumps(cell.model_dump(mode="json")))
    assert Specification.model_validate(stored).id == cell.id

"""What cells a matrix stands for."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from bench.specification import Specification
from jobs.matrix import Matrix
from jobs.matrix_file import load_matrix, shipped_matrices
from registry.errors import RequestError
from registry.reported import reported_table
from tests.bench.builders import fake_fingerprint, spec

BASE = {
    "dataset": "faces",
    "protocol": "subject",
    "backbone": "resnet18",
    "attention": "none",
    "epochs": 3,
}


def cells(**parts: Any) -> tuple[Specification, ...]:
    base = BASE | parts.pop("base", {})
    sweep = parts.get("sweep", {})
    base = {key: value for key, value in base.items() if key not in sweep}
    return Matrix("m", base=base, **parts).specifications(fake_fingerprint)


def mistake(**parts: Any) -> str:
    with pytest.raises(RequestError) as error:
        cells(**parts)
    return str(error.value)


class TestSweep:
    def test_without_one_there_is_one_cell(self):
        assert cells() == (spec(),)

    def test_is_the_product_with_the_last_key_fastest(self):
        found = cells(sweep={"attention": ["none", "hfc"], "seed": [0, 1, 2], "lr": [1e-3, 1e-4]})
        assert [(cell.attention.name, cell.seed, cell.recipe.lr) for cell in found] == list(
            itertools.product(["none", "hfc"], [0, 1, 2], [1e-3, 1e-4])
        )

    def test_of_a_parameter_says_nothing_about_components_without_it(self):
        found = cells(sweep={"attention": ["none", "bam", "hfc"], "attention.radius": [0.2, 0.3]})
        assert [
            (cell.attention.name, cell.attention.parameters.get("radius")) for cell in found
        ] == [
            ("none", None),
            ("bam", None),
            ("hfc", 0.2),
            ("hfc", 0.3),
        ]

    def test_duplicates_are_one(self):
        assert len(cells(sweep={"attention": ["hfc", "ours", {"name": "hfc"}]})) == 1
        assert (
            len(cells(sweep={"attention.radius": [0.25, 0.3], "attention": ["hfc", "ours"]})) == 2
        )
        assert len(cells(sweep={"lr": [1, 1.0]})) == 1

    def test_of_components_with_their_own_parameters(self):
        tables = [{"name": "hfc", "radius": 0.1}, {"name": "bam", "dilation": 2}]
        found = cells(sweep={"attention": tables})
        assert [cell.attention.parameters for cell in found] == [
            {"radius": 0.1, "profile": "ideal", "order": 2},
            {"reduction": 16, "dilation": 2},
        ]

    def test_a_base_parameter_reaches_whatever_has_it(self):
        found = cells(base={"attention.radius": 0.4}, sweep={"attention": ["none", "hfc", "lfc"]})
        assert [cell.attention.parameters.get("radius") for cell in found] == [None, 0.4, 0.4]


class TestExclude:
    def test_a_combination(self):
        found = cells(
            sweep={"attention": ["none", "hfc", "bam"], "seed": [0, 1]},
            exclude=({"attention": ["hfc", "bam"], "seed": 1},),
        )
        assert [(cell.attention.name, cell.seed) for cell in found] == [
            ("none", 0),
            ("none", 1),
            ("hfc", 0),
            ("bam", 0),
        ]

    @pytest.mark.parametrize("name", ["hfc", "ours"])
    @pytest.mark.parametrize("swept", ["hfc", "ours", {"name": "ours", "radius": 0.3}])
    def test_a_component_by_any_of_its_names(self, name, swept):
        found = cells(sweep={"attention": ["none", swept]}, exclude=({"attention": name},))
        assert [cell.attention.name for cell in found] == ["none"]

    def test_a_component_with_just_these_parameters(self):
        tables = [{"name": "hfc", "radius": 0.1}, {"name": "hfc", "radius": 0.2}]
        (left,) = cells(sweep={"attention": tables}, exclude=({"attention": tables[0]},))
        assert left.attention.parameters["radius"] == 0.2

    def test_everything(self):
        message = mistake(sweep={"attention": ["hfc"], "attention.radius": [0.3]}, exclude=({},))
        assert message == "matrix 'm' has no cell left: every one is excluded"


class TestOverride:
    def test_sets_what_differs_somewhere(self):
        override = {"when": {"attention": "hfc", "seed": [1, 2]}, "set": {"lr": 1e-2}}
        found = cells(
            base={"lr": 1e-3},
            sweep={"attention": ["none", "hfc"], "seed": [0, 1]},
            override=(override,),
        )
        assert [cell.recipe.lr for cell in found] == [1e-3, 1e-3, 1e-3, 1e-2]

    def test_reaches_parameters(self):
        override = {"when": {"seed": 1}, "set": {"attention.radius": 0.4}}
        found = cells(base={"attention": "ours"}, sweep={"seed": [0, 1]}, override=(override,))
        assert [cell.attention.parameters["radius"] for cell in found] == [0.25, 0.4]

    def test_a_later_one_comes_after_an_earlier_one(self):
        first = {"when": {}, "set": {"lr": 1e-2, "epochs": 5}}
        second = {"when": {"lr": 1e-2}, "set": {"lr": 1e-3}}
        (cell,) = cells(override=(first, second))
        assert (cell.recipe.lr, cell.recipe.epochs) == (1e-3, 5)

    def test_what_is_swept_over_is_not_overridden(self):
        override = {"when": {}, "set": {"seed": 7, "lr": 1e-2}}
        found = cells(sweep={"seed": [0, 1]}, override=(override,))
        assert [(cell.seed, cell.recipe.lr) for cell in found] == [(0, 1e-2), (1, 1e-2)]


class TestWithSettings:
    matrix = Matrix(
        "m",
        base=BASE | {"lr": 1e-3},
        sweep={"seed": [0, 1]},
        override=({"when": {"attention": "hfc"}, "set": {"lr": 1e-2}},),
    )

    def settled(self, **settings: Any) -> list[tuple[str, int, float]]:
        changed = self.matrix.with_settings({k.replace("__", "."): v for k, v in settings.items()})
        return [
            (cell.attention.name, cell.seed, cell.recipe.lr)
            for cell in changed.specifications(fake_fingerprint)
        ]

    def test_a_list_is_swept_over(self):
        found = self.settled(attention=["none", "bam"])
        assert found == [(name, s, 1e-3) for s in (0, 1) for name in ("none", "bam")]

    def test_a_scalar_replaces_a_sweep(self):
        assert self.settled(seed=5) == [("none", 5, 1e-3)]

    def test_comes_before_the_override(self):
        assert self.settled(attention="hfc", seed=0) == [("hfc", 0, 1e-2)]
        assert self.settled(attention="ours", seed=0) == [("hfc", 0, 1e-2)]
        assert self.settled(attention="hfc", seed=0, lr=1e-5) == [("hfc", 0, 1e-5)]

    def test_the_matrix_itself_stays_as_it_was(self):
        self.settled(seed=5)
        assert self.matrix.sweep == {"seed": [0, 1]}
        assert self.matrix.with_settings({}) == self.matrix

    def test_a_wrong_key_is_told(self):
        with pytest.raises(RequestError, match="did you mean 'seed'"):
            self.settled(sed=1)
        with pytest.raises(RequestError, match="did you mean 'radius'"):
            self.settled(attention="hfc", attention__radios=0.3)


class TestFolds:
    def test_expand_by_themselves(self):
        found = cells(base={"protocol": {"name": "subject", "folds": 5}}, sweep={"seed": [0, 1]})
        assert [(cell.seed, cell.fold) for cell in found] == [
            (seed, fold) for seed in (0, 1) for fold in range(5)
        ]
        assert len({cell.configuration for cell in found}) == 1

    def test_of_each_protocol_as_many_as_it_has(self):
        found = cells(
            sweep={"protocol": ["paper", "subject", "sequence"], "protocol.folds": [1, 3]}
        )
        count = dict.fromkeys(("paper", "subject", "sequence"), 0)
        for cell in found:
            count[cell.protocol.name] += 1
        assert count == {"paper": 1, "subject": 4, "sequence": 4}

    def test_unless_they_are_named(self):
        found = cells(base={"protocol": {"name": "subject", "folds": 5}}, sweep={"fold": [1, 3]})
        assert [cell.fold for cell in found] == [1, 3]
        assert "fold = 5: subject(folds=5) has 5" in mistake(
            base={"protocol": {"name": "subject", "folds": 5}, "fold": 5}
        )


class TestMistakes:
    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            ({"base": {"epoch": 3}}, "no setting 'epoch'; did you mean 'epochs'?"),
            ({"base": {"recipe.lr": 3}}, "no setting 'recipe.lr'"),
            ({"base": {"lr.x": 3}}, "no setting 'lr.x'; did you mean 'lr'?"),
            ({"base": {"atention.radius": 3}}, "did you mean 'attention'?"),
            ({"sweep": {"attention": ["none", "hfc_meen"]}}, "did you mean 'hfc_mean'?"),
            (
                {"sweep": {"attention": ["none", "hfc"], "attention.radios": [1]}},
                "'attention.radios': none of hfc, none has a parameter 'radios'; "
                "did you mean 'radius'?",
            ),
            ({"base": {"attention.radius": 0.3}}, "none of none has a parameter 'radius'"),
            ({"sweep": {"attention": ["hfc"], "attention.radius": [3]}}, "radius = 3"),
            ({"exclude": ({"atention": "none"},)}, "did you mean 'attention'?"),
            ({"exclude": ({"attention": "hfc_meen"},)}, "did you mean 'hfc_mean'?"),
            ({"override": ({"when": {"sed": 0}, "set": {}},)}, "did you mean 'seed'?"),
            (
                {"override": ({"when": {"seed": 0, "backbone": "resnet"}, "set": {}},)},
                "did you mean 'resnet18'?",
            ),
            (
                {"override": ({"when": {"seed": 99}, "set": {"attention.radios": 1}},)},
                "none of none has a parameter 'radios'",
            ),
        ],
    )
    def test_offer_the_nearest_name(self, parts, message):
        assert message in mistake(**parts)

    def test_a_component_that_is_not_set(self):
        base = {key: value for key, value in BASE.items() if key != "attention"}
        with pytest.raises(RequestError, match="'attention' is not set"):
            Matrix("m", base=base | {"attention.radius": 0.3}).specifications(fake_fingerprint)


class TestShipped:
    @pytest.mark.parametrize(("name", "count"), [("quick", 5), ("table1", 5), ("table2", 18)])
    def test_number_of_cells(self, name, count):
        found = load_matrix(name).specifications(fake_fingerprint)
        assert len({cell.id for cell in found}) == len(found) == count

    @pytest.mark.parametrize("matrix", shipped_matrices(), ids=lambda matrix: matrix.name)
    def test_can_be_expanded_and_say_what_they_ask(self, matrix):
        assert matrix.title
        assert matrix.specifications(fake_fingerprint)

    @pytest.mark.parametrize("name", ["table1", "table2"])
    def test_are_the_papers_rows_with_the_papers_recipes(self, name):
        matrix = load_matrix(name)
        table = reported_table(matrix.reported)
        assert (table.source, table.name) == ("kim_jo", name)
        printed = {(row.dataset, row.backbone, row.attention) for row in table.rows}
        found = matrix.specifications(fake_fingerprint)
        assert {(c.dataset.name, c.backbone.name, c.attention.name) for c in found} == printed
        for cell in found:
            stated = table.paper.recipes.of(cell.dataset.name, cell.backbone.name)
            recipe = cell.recipe
            assert recipe.size == stated.input_size
            assert recipe.epochs == stated.epochs
            assert recipe.batch_size == stated.batch_size
            assert recipe.lr == stated.learning_rate
            assert recipe.schedule == "plateau"
            assert recipe.factor == stated.plateau_factor
            assert recipe.patience == stated.plateau_patience
            assert cell.protocol.name == table.protocol
            assert cell.monitored == "test"

    def test_table_2_by_hand(self):
        """§4.1 and §4.2, typed off the paper: batch size and rate of ResNet18 and MobileNetV2."""
        stated = {"fer2013": (32, 1e-4, 1e-4), "jaffe": (8, 1e-4, 1e-3), "ckplus": (16, 1e-4, 1e-3)}
        for cell in load_matrix("table2").specifications(fake_fingerprint):
            batch, resnet, mobile = stated[cell.dataset.name]
            rate = resnet if cell.backbone.name == "resnet18" else mobile
            assert (cell.recipe.batch_size, cell.recipe.lr) == (batch, rate)

    def test_none_of_that_name(self):
        with pytest.raises(RequestError, match="no matrix 'tabel1'; did you mean 'table1'"):
            load_matrix("tabel1")


FILE = """
title = "Which radius"

[base]
dataset = { name = "faces", subjects = 10 }
protocol = "subject"
backbone = "resnet18"
lr = 1e-3

[sweep]
attention = ["none", "hfc"]
"attention.radius" = [0.2, 0.3]
seed = [0, 1]

[[exclude]]
attention = "none"
seed = 1

[[override]]
when = { "attention.radius" = 0.3 }
set = { attention.profile = "gaussian" }
"""


class TestFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "radius.toml"

    def test_a_whole_one(self, path):
        path.write_text(FILE)
        matrix = load_matrix(str(path))
        assert (matrix.name, matrix.title, matrix.reported) == ("radius", "Which radius", None)
        found = matrix.specifications(fake_fingerprint)
        assert [
            (c.attention.name, c.attention.parameters.get("radius"), c.seed) for c in found
        ] == [("none", None, 0), *itertools.product(["hfc"], [0.2, 0.3], [0, 1])]
        profiles = [c.attention.parameters.get("profile") for c in found]
        assert profiles == [None, "ideal", "ideal", "gaussian", "gaussian"]
        assert {c.dataset.parameters["subjects"] for c in found} == {10}

    def test_parameters_may_be_a_table_of_their_own(self, path):
        path.write_text(FILE.replace('"attention.radius" = [0.2, 0.3]', "protocol.folds = [1, 3]"))
        found = load_matrix(str(path)).specifications(fake_fingerprint)
        assert len(found) == 3 * (1 + 3)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[base\n", "line 1"),
            ("title = 'x'\n[base]\nlr = 1e-3\nlr = 1e-4\n", "line 4"),
            ("[bases]\n", "no section 'bases'; did you mean 'base'?"),
            ("[sweep]\nseed = 3\n", "sweep of 'seed' is 3: give a list of values"),
            ("[sweep]\nseed = []\n", "sweep of 'seed' is []: give a list of values"),
            ("base = 3\n", "base = 3"),
            ("title = 3\n", "title = 3"),
            ("[exclude]\nseed = 3\n", "exclude = "),
            ("[[override]]\nwhen = {seed = 3}\n", "override.0.set"),
            ("[[override]]\nwhen = {}\nset = {}\nthen = 3\n", "override.0.then"),
        ],
    )
    def test_a_broken_one_names_file_and_place(self, path, text, message):
        path.write_text(text)
        with pytest.raises(RequestError) as error:
            load_matrix(str(path))
        assert str(path) in str(error.value)
        assert message in str(error.value)

    def test_a_reported_table_that_there_is_none_of(self, path):
        path.write_text('reported = "kim_jo/tabel1"\n')
        with pytest.raises(RequestError, match="did you mean 'kim_jo/table1'"):
            load_matrix(str(path))

    def test_one_that_cannot_be_read(self, path):
        with pytest.raises(RequestError, match=f"cannot read {path}"):
            load_matrix(str(path))
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(RequestError, match=f"cannot read {path}"):
            load_matrix(str(path))

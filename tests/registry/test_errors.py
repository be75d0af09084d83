"""What is offered in a wrong name's stead."""

import pytest

from registry.errors import LISTED, nearest


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("hfx", ["hfc", "lfc", "none"], "; did you mean 'hfc'?"),
        ("hcf", ["hfc", "lfc", "lhc"], "; did you mean 'hfc'?"),
        ("zzz", ["hfc", "bam"], "; there are: bam, hfc"),
        ("zzz", [], "; there are none"),
    ],
)
def test_the_nearest_name_or_all_of_them(name: str, known: list[str], said: str) -> None:
    assert nearest(name, known) == said


def test_of_very_many_names_some_are_told() -> None:
    said = nearest("zzz", [f"a{number:03d}" for number in range(LISTED + 3)])
    assert said.endswith(f"a{LISTED - 1:03d} and 3 more")

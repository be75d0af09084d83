"""The README shows what the suite builds and runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("language", "file"), [("python", "mirror_attention.py"), ("toml", "pyproject.toml")]
)
def test_the_example_is_the_package_that_the_suite_builds(language, file):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", readme, flags=re.DOTALL)
    assert blocks == [(ROOT / "docs" / "plugin" / file).read_text(encoding="utf-8")]


def test_the_example_is_twenty_lines():
    text = (ROOT / "docs" / "plugin" / "mirror_attention.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 20

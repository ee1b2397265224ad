import pytest

from plummer.deid.text import TextEngine


@pytest.fixture(scope="session")
def engine() -> TextEngine:
    return TextEngine()

"""Words that numbers are said in, as RE2 source."""

from typing import Final

DIGIT: Final = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
TEN: Final = (
    r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred)"
)

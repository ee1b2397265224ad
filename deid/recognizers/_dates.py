"""The grammar of written dates, as RE2 source."""

from typing import Final

MON: Final = (
    r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)|Mar(?:ch)?|MAR(?:CH)?|May|MAY|march|mar)\b"
)
DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
ORDINAL: Final = DAY + r"(?i:\s?(?:st|nd|rd|th))"
MONTH: Final = r"(?:0?[1-9]|1[0-2])"
YEAR: Final = r"(?:19|20)\d{2}"
SHORT_YEAR: Final = r"(?:(?:19|20)\d{2}|'?\d{2})"
CLOCK: Final = (
    r"(?:(?:,?\s{1,2}(?:(?i:at)\s|@\s?)?|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?"
    r"(?:\s?(?i:[ap]\.?m\b\.?))?(?:\s?(?:Z|[+-]\d{2}:?\d{2})\b)?)?"
)
WEEKDAY: Final = r"(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?"
_ONES: Final = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
SPOKEN_DAY: Final = (
    rf"(?i:(?:{_ONES}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth"
    rf"|eighteenth|nineteenth|twentieth|thirtieth|twenty[- ](?:{_ONES})|thirty[- ]first))"
)
_NUMBER: Final = (
    r"(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|oh|hundred|and)"
)
SPOKEN_YEAR: Final = rf"(?i:(?:two\sthousand|nineteen|twenty)(?:[\s-]{_NUMBER}){{0,4}})"
HOLIDAY: Final = (
    r"(?:Christmas(?:\s(?:Eve|Day))?|Thanksgiving(?:\sDay)?|Halloween|Easter(?:\s(?:Sunday|Monday))?"
    r"|New\sYear'?s?(?:\s(?:Eve|Day))|Labor\sDay|Memorial\sDay|Veterans'?\sDay|Columbus\sDay|Presidents'?\sDay"
    r"|Independence\sDay|(?:4th|Fourth)\sof\sJuly|Valentine'?s?\sDay|Mother'?s\sDay|Father'?s\sDay|Juneteenth"
    r"|St\.?\sPatrick'?s\sDay|Good\sFriday|Ash\sWednesday|Ramadan|Eid(?:\sal-(?:Fitr|Adha))?|Passover"
    r"|Rosh\sHashanah|Yom\sKippur|Hanukkah|Diwali|Mardi\sGras|MLK\sDay)"
)

"""Numbers as people write them: `$1,234.50`, `1.234,5 €`, `12 km`, `76 %`.

A column of such cells has a style, given by the number 1234.5 as the column writes it. A symbol or a unit belongs to
the column: another one in a cell is a fault, and no reason to mix dollars and euros.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from nntrain.data.csv_records import LARGEST

_SPACES = "\u00a0\u2007\u202f"  # no-break spaces, which group digits in some countries
_MINUS = "\u2212\u2013"
_CURRENCY = (
    r"[$€£¥₹₽₩¢]|US\$|[ACR]\$|Rs\.?|kr\.?|"
    r"AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|RUB|SEK|TRY|USD|ZAR"
)
_SYMBOL = r"[%‰°$€£¥₹₽₩¢]{1,2}[A-Za-z]?"
_UNIT = r"[^\W\d_²³]{1,6}(?:[/²³]\w{0,3})?"
_CELL = re.compile(
    rf"[-+]?\s*(?P<before>{_CURRENCY})?\s*[-+]?(?P<digits>\d[\d.,' ]*?|[.,]\d+)\s*(?P<after>{_SYMBOL}|{_UNIT})?"
)
_EXAMPLE = re.compile(r"(?P<before>\D*?)\s*1(?P<thousands>[,.' ]?)234(?P<decimal>[.,])5\s*(?P<after>\D*)")
_CODE = re.compile(r"0\d")  # as in `007`, which is not the number 7
_MANY = 10  # different texts of a measured quantity: `2wd` and `4wd` are words
_SAMPLE = 1000  # texts that show whether it is worth to look at all
_FEW = 0.1  # of them
_SHARE = 0.5  # of the rows, in which such a number makes the others faults


@dataclass(frozen=True)
class Style:
    """How a column writes numbers. before, after: a currency or a unit, which a cell may lack."""

    thousands: str = ""
    decimal: str = "."
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, example: str) -> "Style | None":
        """Return the style in which the example is the number 1234.5; None for any other text."""
        found = _EXAMPLE.fullmatch(_plain(example))
        if found is None or found["thousands"] == found["decimal"]:
            return None
        return cls(found["thousands"], found["decimal"], found["before"].strip(), found["after"].strip())

    @property
    def example(self) -> str:
        """The number 1234.5 in this style."""
        space = " " if self.after and self.after[0].isalpha() else ""
        return f"{self.before}1{self.thousands}234{self.decimal}5{space}{self.after}"

    def number(self, text: str) -> float | None:
        """Return the number that a cell holds, None where it is in another style or too large for 32 bits."""
        plain = self.plain(text)
        return None if plain is None or abs(float(plain)) > LARGEST else float(plain)

    def plain(self, text: str) -> str | None:
        """Return the number of a cell as Python writes it, None where it is in another style."""
        found = self._cell.fullmatch(_plain(text))
        if found is None:
            return None
        digits = found["digits"].replace(self.thousands, "") if self.thousands else found["digits"]
        sign = "-" if "-" in (found["first"], found["second"]) else ""
        return sign + digits.replace(self.decimal, ".")

    def written(self, value: float) -> str:
        """Return a number as a cell of this style."""
        digits = format(Decimal(repr(value)), "f").replace(".", self.decimal)
        return f"{self.before}{digits}{self.after}"

    @property
    def pattern(self) -> str:
        """A regular expression of a cell: the signs, and its digits."""
        groups = rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+|" if self.thousands else ""
        sign, fraction = r"[-+]?", re.escape(self.decimal)
        digits = rf"(?:{groups}\d+)(?:{fraction}\d*)?|{fraction}\d+"
        before = rf"(?:{re.escape(self.before)})?\s*" if self.before else ""
        after = rf"\s*(?:{re.escape(self.after)})?" if self.after else ""
        return rf"(?P<first>{sign})\s*{before}(?P<second>{sign})\s*(?P<digits>{digits}){after}"

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)


def find_styles(texts: Sequence[str], counts: Sequence[int], decimal: str) -> list[Style]:
    """Return the style of a column whose cells are mostly numbers that are written so: none, one, or two that fit.

    texts: the different cells; counts: the rows of each; decimal: the sign of the file. Plain numbers have no style.
    """
    sample = texts[:: max(1, len(texts) // _SAMPLE)]
    if sum(_CELL.fullmatch(_plain(text)) is not None for text in sample) < _FEW * len(sample):
        return []
    cells = [(_CELL.fullmatch(_plain(text)), count) for text, count in zip(texts, counts, strict=True)]
    found = [(cell, count) for cell, count in cells if cell is not None]
    if sum(count for _, count in found) < _SHARE * sum(counts) or not found:
        return []
    before, after = ({cell[part] for cell, _ in found if cell[part]} for part in ("before", "after"))
    if len(before) > 1 or len(after) > 1:
        return []
    symbols = "".join(before), "".join(after)
    if symbols[1] and symbols[1][0].isalpha() and len(found) <= _MANY:
        return []
    digits = [str(cell["digits"]) for cell, _ in found]
    if any(_CODE.match(each) for each in digits):
        return []
    styles = [Style(*signs, *symbols) for signs in _signs(digits, decimal, bool(symbols[0]))]
    return [] if styles[:1] == [Style(decimal=decimal)] else styles


def comma_style(texts: Sequence[str], decimal: str) -> Style | None:
    """Return the style of texts that are all numbers only if their comma is a decimal sign; None for others.

    It is never found by itself, since `1,2` may be two answers, and `1,234` beside `0,5` a thousand.
    """
    style = Style(decimal=",")
    if decimal == "," or len(texts) <= _MANY or not any("," in text for text in texts):
        return None
    return style if all(style.plain(text) is not None for text in texts) else None


def _signs(digits: Sequence[str], decimal: str, has_currency: bool) -> list[tuple[str, str]]:
    """Return the signs of thousands and of the fraction with which all are numbers; two pairs where both may be."""
    other = "," if decimal == "." else "."
    fits = [pair for pair in (("", decimal), (other, decimal), ("'", decimal), (" ", decimal)) if _all(digits, pair)]
    if not fits:
        turned = (decimal, other)
        return [turned] if _all(digits, turned) and any(decimal in each and other in each for each in digits) else []
    if fits[0] == (other, decimal) and decimal == "." and not has_currency:
        small = [each for each in digits if other not in each]  # whole numbers below 1,000: `950` beside `1,050`
        is_clear = small or any(each.count(other) > 1 for each in digits)
        return fits[:1] if is_clear else [fits[0], ("", other)]
    return fits[:1]


def _all(digits: Sequence[str], signs: tuple[str, str]) -> bool:
    style = Style(*signs)
    return all(style.number(each) is not None for each in digits)


def _plain(text: str) -> str:
    """Return the text with the spaces and the minus signs that ASCII has."""
    for sign in _SPACES:
        text = text.replace(sign, " ")
    for sign in _MINUS:
        text = text.replace(sign, "-")
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()

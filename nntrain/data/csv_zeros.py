"""Zeros in front of whole numbers, which pandas drops: a code such as `007`, and the sign of `-0`."""

import re

import numpy as np

_ZERO, _MINUS, _POINT, _EXPONENT, _SMALL = (np.uint8(byte) for byte in (*b"0-.e", 0x20))
_SPACES = b" \t\v\f\r"
_WINDOW = 3  # bytes: what is before a 0, the 0, and what is after it
_KEPT = 8  # bytes that are looked at again with those after them: a code, and spaces before it
_NEGATIVE_ZERO = re.compile(rb"-0[^.1-9eE]")


class OddZeros:
    """Looks at the bytes of a file piece by piece.

    has_codes: whether a 0 and a digit follow a separator, the begin of a line or a quote, or spaces after those.
    has_negative: whether `-0` stands where no fraction, no other digit than 0 and no exponent follows.
    """

    def __init__(self, separator: int, most_bytes: int) -> None:
        self.has_codes = self.has_negative = False
        self._separator, self._last = separator, b"\n"
        self._borders = bytes([*b'\n"', separator])
        self._code = re.compile(b"([%b]\\s*|^\\s{%d,})0[0-9]" % (re.escape(self._borders), _KEPT - _WINDOW))
        self._work = np.empty((4, most_bytes), np.uint8)  # made once: fresh memory takes longer than all that is done

    def look(self, data: bytes, *, is_last: bool) -> None:
        """Look at the next bytes, `most_bytes` at most: at their border to those before, and inside as an array."""
        self._look_across(self._last + data[:_WINDOW])
        self._last = (self._last + data[-_KEPT:])[-_KEPT:]
        if is_last:
            self._look_across(self._last + b"\n")
        if len(data) < _WINDOW:
            return
        chars = np.frombuffer(data, np.uint8)
        is_zero, *_ = self._rooms(chars)
        np.equal(chars[1:-1], _ZERO, out=is_zero)
        self.has_codes = self.has_codes or self._has_codes(chars)
        self.has_negative = self.has_negative or self._has_negative(chars)

    def _look_across(self, few: bytes) -> None:
        self.has_codes = self.has_codes or self._code.search(few) is not None
        self.has_negative = self.has_negative or _NEGATIVE_ZERO.search(few) is not None

    def _rooms(self, chars: np.ndarray) -> np.ndarray:
        return self._work[:, : len(chars) - 2].view(bool)

    def _has_codes(self, chars: np.ndarray) -> bool:
        """Return whether a code begins in these bytes.

        Three comparisons clear a piece without codes and times: what may be before the 0 of a number is not below `-`,
        and the borders of a cell mostly are.
        """
        before, after = chars[:-2], chars[2:]
        is_zero, found, other, _ = self._rooms(chars)
        np.less(before, _MINUS, out=found)
        if self._separator >= _MINUS:
            found |= np.equal(before, self._separator, out=other)
        found &= is_zero
        found &= np.greater_equal(after, _ZERO, out=other)
        if not found.any():
            return False
        places = np.flatnonzero(found)
        places = places[(after[places] - _ZERO) < 10]
        borders, spaces = np.frombuffer(self._borders, np.uint8), np.frombuffer(_SPACES, np.uint8)
        after_space = places[np.isin(before[places], spaces) & (places > 0)]
        further = np.isin(before[after_space - 1], np.concatenate([borders, spaces]))
        return bool(np.isin(before[places], borders).any() or further.any())

    def _has_negative(self, chars: np.ndarray) -> bool:
        after = chars[2:]
        is_zero, found, other, number = self._rooms(chars)
        np.equal(chars[:-2], _MINUS, out=found)
        found &= is_zero
        found &= np.not_equal(after, _POINT, out=other)
        digits = np.subtract(after, _ZERO + 1, out=number.view(np.uint8))
        found &= np.greater_equal(digits, 9, out=other)  # unlike `-01` in a date
        return bool(found.any()) and not ((after[found] | _SMALL) == _EXPONENT).all()

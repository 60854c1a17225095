"""Invented company names and tickers.

A stem is built of syllables, so that no name is taken from life; that a stem or a ticker equals a real one by accident
cannot be ruled out and means nothing. Stems and symbols are unique within one `Namer`.

What does not belong here: which company bears which name, and the words that tell the kind of a line (see `census`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recon_pipeline.simulation.chance import Dice

# Repeated where the sound shall be commoner.
ONSETS = (*"bcdfghjklmnprstvwz", *"lmnrt", "br", "cl", "dr", "gr", "pr", "qu", "st", "tr")
VOWELS = (*"aeiouaeio", "ea", "io")
JOINTS = ("", "", "", "l", "n", "r", "s", "m")
CODAS = ("", "", "l", "m", "n", "r", "s", "x", "th", "nd", "rk", "lt")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Two symbols that every careless reader of a table takes for "no value". They are live rows here and given out by hand.
NULL_LOOKALIKES = ("NA", "NAN")

# Of companies whose splits the pipeline knows by day: it would look for such a jump in the prices of a namesake.
KNOWN_SPLITS = ("AMZN", "AVGO", "CMG", "CSX", "GE", "MNST", "NVDA", "ORLY", "WMT")


class Namer:
    """Gives out stems and symbols, each once."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "names")
        self._stems: set[str] = set()
        self._symbols: set[str] = {*NULL_LOOKALIKES, *KNOWN_SPLITS, "NULL", "NONE", "TRUE", "FALSE"}

    def stem(self) -> str:
        """A new stem of two or three syllables, capitalised: `Brelmona`."""
        while True:
            dice = self._dice
            ends = [dice.pick(JOINTS) for _ in range(1 + dice.chance(0.45))] + [dice.pick(CODAS)]
            stem = "".join(dice.pick(ONSETS) + dice.pick(VOWELS) + end for end in ends).capitalize()
            if 5 <= len(stem) <= 11 and stem not in self._stems:
                self._stems.add(stem)
                return stem

    def claim(self, symbols: Iterable[str]) -> str | None:
        """The first of `symbols` that is still free, taken from now on; None if none is.

        `XYZ/B` and `XYZB` are one: sources that print no separator could not tell them apart.
        """
        for symbol in symbols:
            key = symbol.replace("/", "")
            if key not in self._symbols:
                self._symbols.add(key)
                return symbol
        return None

    def ticker(self, stem: str, length: int) -> str:
        """A new ticker of `length` letters that resembles the stem while such are free."""
        found = self.claim(self._resembling(stem.upper(), length))
        while found is None:
            found = self.claim([stem[0].upper() + "".join(self._dice.pick(LETTERS) for _ in range(length - 1))])
        return found

    @staticmethod
    def _resembling(stem: str, length: int) -> Iterator[str]:
        hard = stem[0] + "".join(letter for letter in stem[1:] if letter not in "AEIOU")
        if len(hard) >= length:
            yield hard[:length]
        yield stem[:length]
        for skip in range(1, max(1, len(stem) - length + 1)):
            yield stem[0] + stem[1 + skip : length + skip]

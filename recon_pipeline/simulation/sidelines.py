"""Lines that hang on another line: share classes, preferreds, warrants, units, rights, notes, trust certificates.

They are where a reader of the archive goes wrong: class lines that each carry the whole company's cap, notes and
certificates that carry their issuer's, classes with no cap at all (providers 0-5, 1.9 and 1.17 numbers 7 and 8).

What does not belong here: companies (`census`).
"""

from __future__ import annotations

from recon_pipeline.simulation.census import CapField, Census, Line, Role
from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.kinds import COMPANIES

# Lines of each sort in a market of full size.
SPAC_LINES: tuple[tuple[int, str, tuple[str, ...], Role, tuple[int, int]], ...] = (
    # how many, fifth letter, words, role, range of the price in 1/10,000 USD
    (170, "W", ("Warrant", "Warrants"), "warrant", (300, 4_000)),
    (120, "U", ("Unit", "Units"), "unit", (100_000, 106_000)),
    (35, "R", ("Right", "Rights"), "right", (800, 3_000)),
)
WARRANTS, WARRANTS_WITH_PARENT_CAP = 125, 6
VALUE_RIGHTS = 3
LISTED_PREFERREDS, NASDAQ_PREFERREDS = 330, 45
NOTES, NOTES_WITH_PARENT_CAP, CERTIFICATES = 60, 12, 8
NOTE_GRADES = ("Senior Notes", "Notes", "Subordinated Debentures")
PREFERRED_STYLES = (
    "{coupon} Series {series} Cumulative Redeemable Preferred Stock",
    "Depositary Shares each representing a 1/1000th interest in a share of {coupon} Series {series} Preferred Stock",
    "Series {series} Fixed-to-Floating Rate Preferred Stock",
)
LETTER_CLASSES = 32
CLASS_LETTERS = (("B", "Class B Common Stock"), ("K", "Class C Common Stock"), ("L", "Class C Capital Stock"))

# How a company with the symbols XYZ, XYZ/A and XYZ/B is carried: its first line's suffix and cap, the other's suffix,
# cap, price relative to the first, and how many such companies the full-size market has.
SLASH_CLASSES: tuple[tuple[str, CapField, str, CapField, int, int], ...] = (
    ("/B", "own", "/A", "own", 1500, 1),
    ("/A", "own", "/B", "own", 1, 2),
    ("/B", "blank", "/A", "blank", 1, 2),
    ("", "own", "/A", "blank", 1, 3),
    ("", "own", "/B", "blank", 1, 2),
)


class Sidelines:
    """Adds derived lines to a census. A parent is given by its index, which is that of its first line too."""

    def __init__(self, census: Census) -> None:
        self.census = census
        self._dice = Dice(census.seed, "sidelines")
        self._taken: set[int] = set()

    def add_all(self) -> None:
        """Every sort of derived line, in the full-size counts scaled to the census."""
        self._classes()
        self._blank_check_lines()
        self._preferreds()
        self._warrants_and_rights()
        self._warrants_of_merged()
        self._notes()

    def _parents(self, count: int, among: list[int]) -> list[int]:
        """Up to `count` distinct companies of `among` that no class structure has taken."""
        free = [index for index in among if index not in self._taken]
        chosen: list[int] = []
        for _ in range(min(self.census.scaled(count), len(free))):
            chosen.append(free.pop(self._dice.below(len(free))))
        return chosen

    def _add(self, parent: int, symbol: str, words: str, role: Role, price: int, shares: int, cap: CapField) -> Line:
        name = f"{self.census.companies[parent].name} {words}".strip()
        line = Line(symbol=symbol, name=name, company=parent, role=role, price=price, shares=shares, cap=cap)
        self.census.lines.append(line)
        return line

    def _suffixed(self, parent: int, letters: str) -> str | None:
        """The parent's symbol with the first of `letters` that is free."""
        return self.census.names.claim(self.census.lines[parent].symbol + letter for letter in letters)

    def _classes(self) -> None:
        census, dice = self.census, self._dice
        sizeable = [index for index in census.of_kind("common") if index < census.scaled(2600)]
        slash = [index for index in sizeable if census.companies[index].exchange == "nyse"]
        for first_suffix, first_cap, suffix, cap, ratio, count in SLASH_CLASSES:
            among = [index for index in slash if index < census.scaled(60)] if ratio > 1 else slash
            for parent in self._parents(count, among):
                first = census.lines[parent]
                # The second class takes its symbol further down.
                if first_suffix and census.names.claim([first.symbol + first_suffix]) is None:
                    continue
                first.cap, first.symbol = first_cap, first.symbol + first_suffix
                first.name = census.companies[parent].name  # the archive names no class in these rows
                symbol = first.symbol.removesuffix(first_suffix) + suffix
                self._second_class(parent, symbol, "", first.price * ratio, first.shares // ratio, cap)
        letters = [index for index in sizeable if census.companies[index].exchange == "nasdaq"]
        large = [index for index in letters if index < census.scaled(150)]
        for parent in self._parents(4, large) + self._parents(LETTER_CLASSES - 4, letters):
            first = census.lines[parent]
            letter, words = dice.pick(CLASS_LETTERS)
            first.name = f"{census.companies[parent].name} Class A Common Stock"
            price = max(100, first.price * dice.between(92, 108) // 100 // 100 * 100)
            self._second_class(parent, first.symbol + letter, words, price, first.shares, "own")

    def _second_class(self, parent: int, symbol: str, words: str, price: int, shares: int, cap: CapField) -> None:
        self._taken.add(parent)
        if self.census.names.claim([symbol]) is None:
            return
        line = self._add(parent, symbol, words, "class", price, shares, cap)
        line.leader, line.volatility_ppm = parent, 1_500
        line.turnover_ppm = self.census.lines[parent].turnover_ppm // 6

    def _blank_check_lines(self) -> None:
        census, dice = self.census, self._dice
        listed = [index for index in census.of_kind("spac") if census.companies[index].exchange == "nasdaq"]
        every = len(census.of_kind("spac"))
        for count, letter, words, role, (low, high) in SPAC_LINES:
            # Those that leave within the span had such lines as well.
            for parent in self._parents(count * every // census.scaled(COMPANIES["spac"]), listed):
                if (symbol := self._suffixed(parent, letter)) is None:
                    continue
                shares = census.lines[parent].shares // 3
                line = self._add(parent, symbol, dice.pick(words), role, dice.between(low, high), shares, "zero")
                line.tick, line.volatility_ppm = (100, 1_500) if role == "unit" else (1, 45_000)
                line.price = line.price // line.tick * line.tick

    def _preferreds(self) -> None:
        census, dice = self.census, self._dice
        issuers = [index for index in census.of_kind("common", "reit") if index < census.scaled(2000)]
        listed = [index for index in issuers if census.companies[index].exchange == "nyse"]
        for place in range(census.scaled(LISTED_PREFERREDS)):
            parent, letter = dice.pick(listed), chr(ord("A") + place % 10)
            root = census.lines[parent].symbol.partition("/")[0]
            words = dice.pick(PREFERRED_STYLES).format(coupon=coupon(dice), series=letter)
            if symbol := census.names.claim([f"{root}^{letter}"]):
                self._add(parent, symbol, words, "preferred", dice.between(1600, 2650) * 100, 8_000_000, "blank")
        nasdaq = [index for index in issuers if census.companies[index].exchange == "nasdaq"]
        for parent in self._parents(NASDAQ_PREFERREDS, nasdaq):
            words = f"{coupon(dice)} Series A Cumulative Perpetual Preferred Stock"
            if symbol := self._suffixed(parent, "PON"):
                self._add(parent, symbol, words, "preferred", dice.between(1600, 2650) * 100, 6_000_000, "zero")

    def _warrants_and_rights(self) -> None:
        census, dice = self.census, self._dice
        listed = [index for index in census.of_kind("common") if census.companies[index].exchange == "nasdaq"]
        small = [index for index in listed if index > census.scaled(1800)]
        for place, parent in enumerate(self._parents(WARRANTS, small)):
            cap: CapField = "parent" if place < census.scaled(WARRANTS_WITH_PARENT_CAP) else "zero"
            if symbol := self._suffixed(parent, "W"):
                line = self._add(parent, symbol, "Warrant", "warrant", dice.between(100, 15_000), 9_000_000, cap)
                line.tick, line.volatility_ppm = 1, 45_000
        for parent in self._parents(VALUE_RIGHTS, listed):
            if symbol := self._suffixed(parent, "R"):
                price = dice.between(20, 90) * 100
                self._add(parent, symbol, "Contingent Value Rights", "right", price, 30_000_000, "zero")

    def _warrants_of_merged(self) -> None:
        """Warrants of blank-check companies trade on after the merger; their units do not."""
        census, dice = self.census, self._dice
        merged = [index for index in census.with_trait("merged_spac") if census.companies[index].exchange == "nasdaq"]
        for parent in merged:
            if symbol := self._suffixed(parent, "W"):
                census.add_warrant(parent, symbol, dice.between(100, 6_000))

    def _notes(self) -> None:
        census, dice = self.census, self._dice
        issuers = census.of_kind("common", "reit", "bdc")
        large = [index for index in issuers if index < census.scaled(400)]
        for place in range(census.scaled(NOTES)):
            with_cap = place < census.scaled(NOTES_WITH_PARENT_CAP)
            parent = dice.pick(large if with_cap else issuers)
            words = f"{coupon(dice)} {dice.pick(NOTE_GRADES)} due {census.year + dice.between(2, 40)}"
            self._debt(parent, words, "note", "parent" if with_cap else "zero")
        for parent in self._parents(CERTIFICATES, [i for i in large if census.companies[i].exchange == "nyse"]):
            words = f"Securities Trust Certificates Series {census.year - dice.between(12, 22)}-{dice.between(1, 6)}"
            self._debt(parent, words, "certificate", "parent")

    def _debt(self, parent: int, words: str, role: Role, cap: CapField) -> None:
        names, price = self.census.names, self._dice.between(1900, 2600) * 100
        nasdaq = self.census.companies[parent].exchange == "nasdaq"
        symbol = self._suffixed(parent, "ZLGIM") if nasdaq else names.ticker(names.stem(), 3)
        if symbol is not None:
            self._add(parent, symbol, words, role, price, 12_000_000, cap)


def coupon(dice: Dice) -> str:
    """A coupon in eighths of a per cent, as names print it: `5.625%`."""
    eighths = dice.between(34, 72)
    return f"{eighths // 8}.{eighths % 8 * 125:03d}%"

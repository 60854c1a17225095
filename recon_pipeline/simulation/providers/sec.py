"""The SEC (providers 1.2-1.4): ticker file, bulk zips of headers and of facts; what all its files have in common.

    GET /files/company_tickers_exchange.json
    GET /Archives/edgar/daily-index/bulkdata/submissions.zip    /Archives/edgar/daily-index/xbrl/companyfacts.zip

Whoever does not leave an e-mail address in the user agent is refused, as the real host does.

What does not belong here: the data sets (`sec_sets`), the index (`sec_index`), what was filed
(`recon_pipeline.simulation.filings`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from recon_pipeline.simulation.census import PPM
from recon_pipeline.simulation.filings import Filing
from recon_pipeline.simulation.issuers import Issuer
from recon_pipeline.simulation.nature import US
from recon_pipeline.simulation.providers.form import JSON, ZIP, Answer, Request, as_json, as_zip
from recon_pipeline.simulation.registers import Registers, Security

TICKERS: Final = "/files/company_tickers_exchange.json"
SUBMISSIONS: Final = "/Archives/edgar/daily-index/bulkdata/submissions.zip"
FACTS: Final = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"
UNDECLARED: Final = b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title>Undeclared Automated Tool</html>"
EXCHANGES: Final = {"nyse": "NYSE", "amex": "NYSE", "nasdaq": "Nasdaq", "cboe": "CBOE"}
OVER_THE_COUNTER: Final = 200
PEOPLE: Final = 300
FIRST_PERSON: Final = 1_500_000
# The SEC's code and that of ISO 3166 by country.
CODES: Final = {
    **{"Canada": ("A6", "CA"), "Israel": ("L3", "IL"), "China": ("F4", "CN"), "United Kingdom": ("X0", "GB")},
    **{"Singapore": ("U0", "SG"), "Greece": ("J3", "GR"), "Switzerland": ("V8", "CH"), "Brazil": ("D5", "BR")},
    **{"Japan": ("M0", "JP"), "Taiwan": ("F5", "TW"), "India": ("K7", "IN"), "France": ("I0", "FR")},
    **{"Ireland": ("L2", "IE"), "Netherlands": ("P7", "NL"), "Luxembourg": ("N4", "LU"), "Hong Kong": ("K3", "HK")},
    **{"Bermuda": ("D0", "BM"), "Cayman Islands": ("E9", "KY"), "British Virgin Islands": ("D8", "VG")},
    **{"Marshall Islands": ("1T", "MH"), "Puerto Rico": ("PR", "PR"), "Guam": ("GU", "GU")},
    **{"U.S. Virgin Islands": ("VI", "VI")},
}
CITIES: Final = {"NY": "NEW YORK", "CA": "SAN JOSE", "TX": "HOUSTON", "IL": "CHICAGO", "MA": "BOSTON"}
# The register under which an annual report is filed, by the first digits of its file number.
REGISTERS: Final = {"fund": "811", "bdc": "814"}
SIC: Final = {
    **{"Biotechnology: Pharmaceutical Preparations": "2834", "Medical/Dental Instruments": "3841"},
    **{"Computer Software: Prepackaged Software": "7372", "Semiconductors": "3674", "EDP Services": "7374"},
    **{"Major Banks": "6022", "Property-Casualty Insurers": "6331", "Investment Managers": "6282"},
    **{"Industrial Machinery/Components": "3559", "Metal Fabrications": "3440", "Restaurants": "5812"},
    **{"Business Services": "7389", "Packaged Foods": "2030", "Oil & Gas Production": "1311"},
    **{"Electric Utilities: Central": "4911", "Major Chemicals": "2810", "Telecommunications Equipment": "3663"},
    **{"Real Estate Investment Trusts": "6798", "Blank Checks": "6770"},
}
TINY_COUNT: Final = 2_542
KEEPS_CODE: Final = 3
FIRST_YEAR: Final = 2004


def answer(registers: Registers, request: Request) -> Answer | None:
    """One of the files; None for a path that is none of them."""
    if request.path not in (TICKERS, SUBMISSIONS, FACTS):
        return None
    if not has_contact(request):
        return Answer(403, UNDECLARED, "text/html")
    if request.path == TICKERS:
        return Answer(200, _tickers(registers), JSON, registers.evening)
    if request.path == SUBMISSIONS:
        return Answer(200, registers.once(SUBMISSIONS, partial(_submissions, registers)), ZIP, registers.evening)
    return Answer(200, registers.once(FACTS, partial(_facts, registers)), ZIP, registers.written_at)


def has_contact(request: Request) -> bool:
    """Whether the user agent holds an e-mail address."""
    return "@" in request.headers.get("User-Agent", "")


def symbol_of(security: Security) -> str:
    """The SEC's form: `ABC-A`, the preferred `ABC-PB`."""
    return security.symbol.replace("/", "-").replace("^", "-P")


class Place(NamedTuple):
    """A country or a state in the SEC's code, and in that of ISO 3166 with the state beside it."""

    code: str
    country: str
    state: str


def place_of(country: str, state: str) -> Place:
    """A country, or a state of the US, as filings have it."""
    if country == US:
        return Place(state, "US", state)
    code, iso = CODES[country]
    return Place(code, iso, "")


def incorporation_of(issuer: Issuer) -> Place:
    """Where an issuer is incorporated."""
    return place_of(issuer.nature.incorporated, issuer.incorporated_state)


def seat_of(issuer: Issuer) -> Place:
    """Where its principal executive offices are."""
    return place_of(issuer.nature.headquartered, issuer.headquartered_state)


def city_of(issuer: Issuer) -> str:
    """The city of its address."""
    return CITIES.get(issuer.headquartered_state, "ABROAD")


def sic_of(issuer: Issuer) -> str:
    """The industry code. Funds have none; some blank-check companies keep theirs for years after they have merged."""
    has_merged = issuer.company.trait == "merged_spac" or issuer.company.way == "merger"
    if has_merged and issuer.number % KEEPS_CODE == 0:
        return "6770"
    # One of a few BDCs is told by the register of its reports alone.
    kinds = {"fund": "", "spac": "6770", "reit": "6798", "royalty": "6792"}
    kinds["bdc"] = "6799" if issuer.number % KEEPS_CODE == 0 else ""
    return kinds.get(issuer.company.kind, SIC.get(issuer.company.industry, "7389"))


def _tickers(registers: Registers) -> bytes:
    """Largest company first, then what trades over the counter or nowhere."""
    known = [each for each in registers.securities(registers.today) if each.issuer and each.issuer.cik]
    known.sort(key=lambda each: (-each.issuer.company.cap_usd if each.issuer else 0, each.symbol))
    rows: list[list[object]] = [
        [each.issuer.cik, each.issuer.company.name, symbol_of(each), EXCHANGES[each.exchange]]
        for each in known
        if each.issuer
    ]
    symbols = {row[2] for row in rows}
    rows += [
        [each.cik, each.company.name, each.first.symbol.replace("/", "-"), "OTC"]
        for each in registers.issuers
        if each.company.way == "uplisting"
        and each.cik
        and each.company.first > registers.session(registers.today)
        and each.first.symbol.replace("/", "-") not in symbols
    ]
    rows += [
        # No symbol of the simulation begins with Y.
        [2_000_000 + number, f"Quoted {number} Corp", f"YQ{chr(65 + number // 26)}{chr(65 + number % 26)}F", market]
        for number in range(OVER_THE_COUNTER)
        for market in ["OTC" if number % 5 else None]
    ]
    return as_json({"fields": ["cik", "name", "ticker", "exchange"], "data": rows})


def _by_filer(registers: Registers, last: date) -> dict[int, list[Filing]]:
    found: dict[int, list[Filing]] = defaultdict(list)
    for filing in registers.filings:
        if filing.filed <= last:
            found[filing.cik].append(filing)
    return found


# --- submissions ------------------------------------------------------------------------------------------------------


def _submissions(registers: Registers) -> bytes:
    return as_zip(_headers(registers))


def _headers(registers: Registers) -> Iterator[tuple[str, bytes]]:
    """The header of each filer as of today, an older page of some, and people, who file too."""
    listed: dict[int, list[Security]] = defaultdict(list)
    for security in registers.securities(registers.today):
        if security.issuer and security.issuer.cik:
            listed[security.issuer.cik].append(security)
    filings = _by_filer(registers, registers.today)
    for issuer in registers.present(registers.today):
        if issuer.cik is None:
            continue
        name = f"CIK{issuer.cik:010}"
        header = _header(issuer, listed[issuer.cik], filings[issuer.cik])
        header["formerNames"] = _former_names(registers, issuer)
        yield f"{name}.json", as_json(header)
        if issuer.number % 1_000 == 0:
            yield f"{name}-submissions-001.json", b'{"accessionNumber":[]}'
    for number in range(PEOPLE):
        cik = FIRST_PERSON + number
        yield f"CIK{cik:010}.json", as_json(_person(cik, number))


def _header(issuer: Issuer, listed: list[Security], filings: list[Filing]) -> dict[str, object]:
    is_fund, register = issuer.company.kind == "fund", REGISTERS.get(issuer.company.kind, "001")
    newest = sorted(filings, key=lambda filing: filing.filed, reverse=True)
    return {
        "cik": f"{issuer.cik:010}",
        "entityType": "other" if is_fund else "operating",
        "sic": sic_of(issuer),
        "name": issuer.company.name.upper(),
        "tickers": [symbol_of(each) for each in listed],
        "exchanges": [EXCHANGES[each.exchange] for each in listed],
        "category": "" if is_fund else "Accelerated filer",
        "stateOfIncorporation": incorporation_of(issuer).code,
        "addresses": {"business": {"city": city_of(issuer), "stateOrCountry": seat_of(issuer).code}},
        "filings": {
            "recent": {
                "accessionNumber": [filing.accession for filing in newest],
                "filingDate": [str(filing.filed) for filing in newest],
                "form": [filing.form for filing in newest],
                "fileNumber": [f"{register}-{issuer.number:05}" for _ in newest],
            },
            "files": [],
        },
    }


def _former_names(registers: Registers, issuer: Issuer) -> list[dict[str, str]]:
    """What a company was called before it merged or converted."""
    if issuer.company.succeeds is not None:
        former = registers.issuers[issuer.company.succeeds]
        day = former.listed_on or date((former.company.ipo_year or FIRST_YEAR), 1, 12)
        until = f"{issuer.listed_on}T04:00:00.000Z"
        return [{"name": former.company.name.upper(), "from": f"{day}T05:00:00.000Z", "to": until}]
    if issuer.company.trait != "merged_spac" or issuer.company.ipo_year is None:
        return []
    stem, since = issuer.company.name.partition(" ")[0].upper(), issuer.company.ipo_year
    name = f"{stem[::-1]} ACQUISITION CORP"
    return [{"name": name, "from": f"{since}-01-12T05:00:00.000Z", "to": f"{since + 1}-06-03T04:00:00.000Z"}]


def _person(cik: int, number: int) -> dict[str, object]:
    nothing: list[str] = []
    return {
        **{"cik": f"{cik:010}", "entityType": "other", "sic": "", "name": f"HOLDER {number:04}"},
        **{"tickers": nothing, "exchanges": nothing, "stateOfIncorporation": "", "addresses": {}},
        "formerNames": nothing,
        "filings": {"recent": dict.fromkeys(("accessionNumber", "filingDate", "form", "fileNumber"), nothing)},
    }


# --- facts by company -------------------------------------------------------------------------------------------------


def _facts(registers: Registers) -> bytes:
    filings = _by_filer(registers, registers.market.sessions[-1])
    members = []
    tiny = next((issuer.number for issuer in registers.issuers if len(issuer.classes) == 3), -1)
    for issuer in registers.present(registers.market.sessions[-1]):
        if issuer.cik is None:
            continue
        reports = [filing for filing in filings[issuer.cik] if filing.counts]
        body = as_json(_company(issuer, reports, is_tiny=issuer.number == tiny)) if reports else b"{}"
        members.append((f"CIK{issuer.cik:010}.json", body))
    return as_zip(members)


def _company(issuer: Issuer, reports: list[Filing], *, is_tiny: bool) -> dict[str, object]:
    """Facts without a dimension: of a company that counts by class there are none, or (`is_tiny`) that of one class."""
    counts = [(each, each.counts[0].shares) for each in reports if not issuer.classes]
    if is_tiny:
        counts = [(each, TINY_COUNT) for each in reports]
    scale = 1_000 if issuer.is_float_in_thousands else 1
    floats = [(each, each.cap_usd * issuer.public_ppm // PPM // scale) for each in reports if each.form == "10-K"]
    dei: dict[str, object] = {}
    if counts:
        shares = [_fact(filing, filing.cover_on, value) for filing, value in counts]
        dei["EntityCommonStockSharesOutstanding"] = {"label": "Shares", "units": {"shares": shares}}
    if floats:
        told = [_fact(filing, filing.period, value) for filing, value in floats]
        dei["EntityPublicFloat"] = {"label": "Float", "units": {"USD": told}}
    last = reports[-1]
    assets = {"label": "Assets", "units": {"USD": [_fact(last, last.period, issuer.company.cap_usd // 2)]}}
    return {
        "cik": issuer.cik,
        "entityName": issuer.company.name,
        "facts": {"dei": dei, "us-gaap": {"Assets": assets}},
    }


def _fact(filing: Filing, end: date | None, value: int) -> dict[str, object]:
    return {"end": str(end), "val": value, "accn": filing.accession, "form": filing.form, "filed": str(filing.filed)}

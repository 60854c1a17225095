"""The SEC's index of filings (providers 1.7), a quarter at a time: those of the market among everybody else's.

    GET /Archives/edgar/full-index/<year>/QTR<n>/form.idx

What does not belong here: what was filed (`recon_pipeline.simulation.filings`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

from recon_pipeline.simulation.providers.form import ABSENT, TEXT, Answer, Request
from recon_pipeline.simulation.providers.sec import FIRST_PERSON, UNDECLARED, has_contact
from recon_pipeline.simulation.registers import Registers

INDEX: Final = re.compile(r"/Archives/edgar/full-index/(\d{4})/QTR([1-4])/form\.idx")
# An index of a quarter has over 200,000 rows; fewer make it as credible.
INDEX_FILLERS: Final = (("13F-HR", 4_000), ("4", 38_000), ("8-K", 9_000), ("SCHEDULE 13G/A", 3_000))


def answer(registers: Registers, request: Request) -> Answer | None:
    """The index of a quarter, 404 for one that is still to come; None for another path."""
    asked = INDEX.fullmatch(request.path)
    if asked is None:
        return None
    if not has_contact(request):
        return Answer(403, UNDECLARED, "text/html")
    quarter = date(int(asked[1]), 3 * int(asked[2]) - 2, 1)
    if quarter > registers.market.sessions[-1]:
        return Answer(404, ABSENT, "application/xml")
    return Answer(200, registers.once(request.path, partial(_index, registers, quarter)), TEXT)


def _index(registers: Registers, quarter: date) -> bytes:
    """`form.idx` of a quarter, by form and company: the filings of the market among those of everybody else."""
    after = (quarter + timedelta(days=95)).replace(day=1)
    rows = sorted(
        (filing.form, filing.issuer.company.name, filing.cik, filing.filed, filing.accession)
        for filing in registers.filings
        if quarter <= filing.filed < after
    )
    lines = {
        form: [_index_line(form, name, cik, str(filed), accession) for _, name, cik, filed, accession in of_form]
        for form, of_form in groupby(rows, key=itemgetter(0))
    }
    days = [str(quarter + timedelta(days=day)) for day in range(90)]
    for form, count in INDEX_FILLERS:
        lines[form] = [
            _index_line(form, f"HOLDER {n:05}", FIRST_PERSON + n, days[n % 90], f"{FIRST_PERSON + n:010}-00-{n:06}")
            for n in range(count)
        ]
    head = "Description:           Master Index of EDGAR Dissemination Feed by Form Type\n \n \n"
    columns = f"{'Form Type':<12}{'Company Name':<62}{'CIK':<12}{'Date Filed':<12}{'File Name'}\n"
    body = "".join(line for form in sorted(lines) for line in lines[form])
    return f"{head}{columns}{'-' * 141}\n{body}".encode()


def _index_line(form: str, name: str, cik: int, filed: str, accession: str) -> str:
    return f"{form:<12}{name:<62}{cik:<12}{filed:<12}edgar/data/{cik}/{accession}.txt         \n"

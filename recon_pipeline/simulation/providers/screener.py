"""The live screener of Nasdaq (providers 1.9): the lines of today's session, as the archive's dump has them.

    GET /api/screener/stocks?exchange=nasdaq|nyse|amex&download=true

What does not belong here: the rows themselves (`recon_pipeline.simulation.dumps`).
"""

from __future__ import annotations

from typing import Final

from recon_pipeline.simulation.providers.form import Answer, Request, as_json
from recon_pipeline.simulation.registers import Registers

PATH: Final = "/api/screener/stocks"
REFUSED: Final = {
    "data": None,
    "message": None,
    "status": {"rCode": 400, "bCodeMessage": [{"code": 1001, "errorMessage": "Bad request"}]},
}


def answer(registers: Registers, request: Request) -> Answer | None:
    """The lines of one exchange. It is no path of this provider: None; no browser or no such exchange: rCode 400."""
    if request.path != PATH:
        return None
    exchange = request.query.get("exchange", "")
    written = registers.market.written(registers.session(registers.today))
    if not is_browser(request) or exchange not in written:
        return Answer(200, as_json(REFUSED))
    head = b'{"data":{"asOf":null,"headers":{"symbol":"Symbol","name":"Name"},"rows":'
    tail = b'},"message":null,"status":{"rCode":200,"bCodeMessage":null,"developerMessage":null}}'
    return Answer(200, head + written[exchange].strip() + tail)


def is_browser(request: Request) -> bool:
    """Whether the client says that it is a browser; the real host leaves any other without an answer."""
    return request.headers.get("User-Agent", "").startswith("Mozilla/")

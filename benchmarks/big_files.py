"""What it costs to fetch and read a bulk zip of the SEC that breaks half way, beside holding it in memory.

    .venv/bin/python benchmarks/big_files.py [--mb 1000]

A synthetic companyfacts.zip of that size (seeded; the bulk of it is text that hardly packs, in concepts that are not
read) is served by another process, which breaks the first connection half way. Each side runs in a process of its own,
so that its peak of memory is its own: ours streams to disk, resumes and reads member by member; the alternative is
`requests.get(...).content` (asked again after the break) and `zipfile` from memory. Printed: bytes that came, seconds,
peak resident memory, rows.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ACCESSION = "0000000001-26-000001"
MEMBERS = 6_000


def make(path: Path, megabytes: int, seed: int = 7) -> None:
    """Write the zip, member by member."""
    draw = random.Random(seed)
    # A random byte in hex takes two characters of four bits each, which deflate packs into about 1.14 bytes.
    padding = int(megabytes * 1_000_000 / MEMBERS / 1.14)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for cik in range(1, MEMBERS + 1):
            told = [_fact(quarter, draw.randrange(10**6, 10**10)) for quarter in range(40)]
            concepts = {
                "Padding": {"description": draw.randbytes(padding).hex(), "units": {}},
                "CommonStockSharesOutstanding": {"units": {"shares": told}},
            }
            cover = {"EntityCommonStockSharesOutstanding": {"units": {"shares": told}}}
            body = {"cik": cik, "entityName": f"Company {cik}", "facts": {"dei": cover, "us-gaap": concepts}}
            archive.writestr(f"CIK{cik:010d}.json", json.dumps(body))


def _fact(quarter: int, value: int) -> dict[str, Any]:
    day = f"{2016 + quarter // 4}-{3 * (quarter % 4) + 1:02d}-15"
    return {"end": day, "val": value, "accn": ACCESSION, "fy": 2026, "fp": "Q1", "form": "10-Q", "filed": day}


class Handler(BaseHTTPRequestHandler):
    """One file with Range; the first answer of the server ends half way."""

    protocol_version = "HTTP/1.1"
    path_of_file: Path
    broken = False

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        size = self.path_of_file.stat().st_size
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        end = size if Handler.broken else size // 2
        Handler.broken = True
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(size - start))
        self.send_header("ETag", '"synthetic"')
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        with self.path_of_file.open("rb") as file, suppress(ConnectionError):
            file.seek(start)
            while start < end and (chunk := file.read(min(1 << 18, end - start))):
                self.wfile.write(chunk)
                start += len(chunk)
        self.close_connection = end < size


def serve(path: Path) -> None:
    """Serve until killed; the first line that is printed is the URL."""
    Handler.path_of_file = path
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/companyfacts.zip", flush=True)
        server.serve_forever()


def ours(url: str, folder: Path) -> tuple[int, int]:
    """Download and read as a run does; return bytes that came and rows."""
    from recon_pipeline.settings import Settings
    from recon_pipeline.sources.download import Downloaded, download
    from recon_pipeline.sources.feeds import Landed
    from recon_pipeline.sources.http import HttpClient, Request
    from recon_pipeline.sources.landing import Landing
    from recon_pipeline.sources.sec.facts import BULK, CompanyFacts

    landing = Landing(folder)
    with HttpClient(Settings(backoff_base_s=0.01)) as http:
        got = download(http, Request(url), folder / "partial")
        assert isinstance(got, Downloaded)
        came = http.traffic.bytes
    row = landing.land_file(BULK, url, got.path, sha256=got.sha256, fetched_at=got.fetched_at)
    return came, len(CompanyFacts().read(Landed(row, landing))["raw.cover_facts"])


def from_memory(url: str, _: Path) -> tuple[int, int]:
    """The alternative in a few lines; return bytes that came and rows."""
    import io

    import requests

    came = 0
    while True:
        try:
            body = requests.get(url, timeout=300).content
            break
        except requests.RequestException:
            came += BROKE_AFTER
    rows = 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            facts = json.loads(archive.read(name))["facts"]
            rows += len(facts["dei"]["EntityCommonStockSharesOutstanding"]["units"]["shares"])
            rows += len(facts["us-gaap"]["CommonStockSharesOutstanding"]["units"]["shares"])
    return came + len(body), rows


BROKE_AFTER = 0  # what the server sent before it broke: requests does not tell
SIDES = {"ours": ours, "from memory": from_memory}


@contextmanager
def server(path: Path) -> Iterator[str]:
    """A server process that breaks its first answer."""
    command = [sys.executable, __file__, "--serve", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def side(name: str, url: str) -> None:
    """Run one side and print what it cost as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        came, rows = SIDES[name](url, Path(folder))
        seconds = time.perf_counter() - began
    # Linux counts kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"bytes": came, "rows": rows, "seconds": seconds, "peak": peak}))


def main() -> None:
    """Run both sides and print their figures and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=1_000)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve)
        return
    if args.side:
        global BROKE_AFTER
        BROKE_AFTER = int(args.side[2])
        side(args.side[0], args.side[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "companyfacts.zip"
        make(path, args.mb)
        size = path.stat().st_size
        print(f"companyfacts.zip of {size:,} bytes, {MEMBERS:,} members, broken once half way")
        cost = {}
        for name in SIDES:
            with server(path) as url:
                command = [sys.executable, __file__, "--side", name, url, str(size // 2)]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            cost[name] = json.loads(done.stdout)
            print("  {:12} {bytes:14,} bytes {seconds:7.1f} s".format(name, **cost[name]), end="")
            print("  peak {:6,.0f} MB  {rows:,} rows".format(cost[name]["peak"] / 1e6, **cost[name]))
    for what in ("bytes", "seconds", "peak"):
        print(f"  {what}: ours / from memory = {cost['ours'][what] / cost['from memory'][what]:.2f}")


if __name__ == "__main__":
    main()

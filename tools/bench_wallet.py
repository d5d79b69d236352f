"""How fast cards are made, beside the other libraries and the bare RSA signature.

    make bench-wallet             print the table, the ratios and whether the budgets are met
    make bench-wallet REPORT=1    also keep it in docs/reports/

Every library makes the same cards (another member, balance and language each time, the images of
the shipped design) in one process on one core. Rounds are short and interleaved in random order,
so that a busy moment of the machine strikes all; rates are cards per CPU second, ratios are taken
round by round and their median is reported. The first and last card of every round of every
library is verified with `openssl cms -verify` and against its manifest. Ours is the class that
`wallet_api` uses, from an account's values to the archive, with validation, which that class
cannot switch off.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import io
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from passbook import Assets, read_pass
from passbook.cms import read_signature
from tools import testpki
from tools.wallet_peers import environments, ours

ROOT: Final = Path(__file__).resolve().parents[1]
STATE: Final = ROOT / ".tessera" / "bench"
ACCOUNTS: Final = 500
SEED: Final = 20261122
BUDGETS: Final = (("pass-js", 1.5), ("py-pkpass", 90.0), ("raw RSA-2048", 0.75))
OURS: Final = "passbook (ours)"
RAW: Final = "raw RSA-2048"


class BenchError(RuntimeError):
    """A worker failed, or a card did not verify; the message says which and why."""


def accounts(count: int = ACCOUNTS) -> list[dict[str, object]]:
    """Members unlike one another, the same ones on every run."""
    dice = random.Random(SEED)  # noqa: S311 - members of a benchmark need no secrecy
    names = ("Zoé", "Jean-Noël", "Ada", "Grace", "Åsa", "Mehmet", "Irène", "Joan")
    return [
        {
            "card": f"{dice.getrandbits(96):024x}",
            "token": f"{dice.getrandbits(128):032x}",
            "code": "".join(dice.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=16)),
            "language": ("fr", "en")[number % 2],
            "holder": f"{dice.choice(names)} {dice.randrange(10_000)}",
            "programme": ("Le Club du café", "The Coffee Club")[number % 2],
            "balance_name": ("points", "POINTS")[number % 2],
            "balance": dice.randrange(20_000),
            "cashback": dice.randrange(5_000) if number % 3 == 0 else 0,
            "tier_group": ("Statut", "Status")[number % 2],
            "tier": dice.choice(("Bronze", "Argent", "Or", "Gold", "Silver")),
            "expiring": dice.randrange(1, 500),
            "last_day": 20_800 + dice.randrange(400),
            "reward": ("Un café offert", "A free coffee")[number % 2],
            "missing": dice.randrange(1, 100),
            "terms": ("Conditions en caisse. ", "Terms at the till. ")[number % 2] * 8,
            "announced": dice.choice(("balance", "tier", "")),
        }
        for number in range(count)
    ]


def prepare(directory: Path) -> Path:
    """Fills the folder that all workers read, and gives the root certificate's path."""
    paths = testpki.ensure(directory)
    members = accounts()
    secret = json.dumps(testpki.apple_secret(paths))
    make = ours.maker(secret, members)
    archives = [make(number) for number in range(len(members))]
    cards = [read_pass(archive).document for archive in archives]
    for name, text in (
        ("accounts.json", json.dumps(members)),
        ("cards.json", json.dumps(cards)),
        ("secret.json", secret),
        ("pass.pem", paths.pass_certificate.read_text("ascii")),
        ("wwdr.pem", paths.wwdr.read_text("ascii")),
    ):
        (directory / name).write_text(text, encoding="utf-8")
    key = directory / "pass.key.pem"
    key.write_bytes(paths.pass_key.read_bytes())
    key.chmod(0o600)
    design = Assets.from_directory(ROOT / "wallet_assets" / "tessera")
    _fill(directory / "files", design.in_language("fr"))
    named = {f"{number:03d}.pkpass": archive for number, archive in enumerate(archives)}
    _fill(directory / "archives", named)
    return paths.root


def examples(secret: str) -> list[bytes]:
    """A card of every kind that is shown in docs/images/cards, signed."""
    from tools import preview_cards

    cards = ours.signed_cards(secret)
    return [
        cards.sign(view, "1." + "a" * 32, announced)
        for sample in preview_cards.samples()
        for view, announced in zip(sample.views.values(), ("balance", ""), strict=True)
    ]


def judged_by_peers(directory: Path, archives: Sequence[bytes]) -> str:
    """Has two other libraries judge cards of ours; gives what they say, or raises BenchError."""
    directory.mkdir(parents=True, exist_ok=True)
    cards = [read_pass(archive).document for archive in archives]
    (directory / "cards.json").write_text(json.dumps(cards), encoding="utf-8")
    named = {f"{number:03d}.pkpass": archive for number, archive in enumerate(archives)}
    _fill(directory / "archives", named)
    return accepted(directory)


def _fill(directory: Path, files: Mapping[str, bytes]) -> None:
    directory.mkdir(exist_ok=True)
    for old in directory.iterdir():
        old.unlink()
    for name, data in files.items():
        (directory / name).write_bytes(data)


def accepted(directory: Path) -> str:
    """Has two other libraries judge our cards; gives what they say, or raises BenchError."""
    node, scripts = environments.node()
    command = [str(node), str(scripts / "accept.mjs"), str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"another library refuses our cards:\n{done.stderr[-1500:]}")
    return done.stdout.strip()


@dataclass(slots=True)
class Round:
    """What one worker did in one round."""

    rate: float
    first: bytes
    last: bytes


@dataclass(slots=True)
class Worker:
    """A library in a process of its own, idle between its rounds."""

    name: str
    command: Sequence[str]
    directory: Path
    core: int
    environment: Mapping[str, str] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _errors: IO[bytes] | None = None

    def start(self) -> None:
        """Starts the process, bound to its core."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            self.command,
            cwd=self.directory,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.core}),  # noqa: PLW1509 - one thread
        )

    def work(self, seconds: float) -> Round:
        """One timed round; raises BenchError with what the worker said when it fails."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or "null")
        except BrokenPipeError:
            answer = None
        if answer is None:
            raise BenchError(f"{self.name} failed:\n{self._said()}")
        return Round(
            answer["count"] / answer["seconds"],
            base64.b64decode(answer["first"]),
            base64.b64decode(answer["last"]),
        )

    def _said(self) -> str:
        assert self._errors is not None
        self.stop()
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-2000:]

    def stop(self) -> None:
        """Ends the process."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=10)

    @property
    def rates(self) -> list[float]:
        return [one.rate for one in self.rounds]


def verify(name: str, archive: bytes, root: Path) -> None:
    """Checks manifest and signature of a card with other code than made it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        members = {entry: opened.read(entry) for entry in opened.namelist()}
    manifest = json.loads(members["manifest.json"])
    for entry, data in members.items():
        if entry not in {"manifest.json", "signature"}:
            digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            if manifest.get(entry) != digest:
                raise BenchError(f"{name}: the manifest does not give {entry} its SHA-1")
    with tempfile.TemporaryDirectory() as folder:
        for entry in ("manifest.json", "signature"):
            Path(folder, entry).write_bytes(members[entry])
        done = subprocess.run(
            [
                *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
                *("-content", "manifest.json", "-CAfile", str(root), "-purpose", "any"),
                *("-out", "verified"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        whole = done.returncode == 0
        if not whole or Path(folder, "verified").read_bytes() != members["manifest.json"]:
            raise BenchError(f"{name}: openssl refuses the signature:\n{done.stderr}")


def workers(directory: Path, core: int) -> list[Worker]:
    """Every library, ours first; makes their environments when they are missing."""
    here = {"PYTHONPATH": str(ROOT)}
    full = os.pathsep.join(
        map(str, (ROOT, ROOT / "layers" / "tessera" / "python", ROOT / "layers/passbook/python"))
    )
    node, scripts = environments.node()
    wwdr = (directory / "wwdr.pem").read_text("ascii")
    job = str(directory)

    def module(python: Path | str, name: str, *more: str) -> list[str]:
        return [str(python), "-m", f"tools.wallet_peers.{name}", job, *more]

    def peer(package: str) -> Path:
        return environments.python(package)

    plan: list[tuple[str, Sequence[str], Mapping[str, str]]] = [
        (OURS, module(sys.executable, "ours"), {"PYTHONPATH": full}),
        (RAW, module(sys.executable, "raw_rsa"), here),
        ("py-pkpass", module(peer("py-pkpass"), "old_style", "py_pkpass.models"), here),
        ("wallet-py3k", module(peer("wallet-py3k"), "old_style", "wallet.models"), here),
        (
            "applepassgenerator-reloaded",
            module(peer("applepassgenerator-reloaded"), "reloaded"),
            here,
        ),
        ("passkit-generator", [str(node), str(scripts / "passkit_generator.mjs"), job], {}),
        (
            "pass-js",
            [str(node), str(scripts / "pass_js.mjs"), job],
            {"APPLE_WWDR_CERT_PEM": wwdr},
        ),
    ]
    return [Worker(name, command, directory, core, extra) for name, command, extra in plan]


def measure(crew: Sequence[Worker], root: Path, rounds: int, seconds: float) -> None:
    """Runs the interleaved rounds and verifies what came out of each."""
    dice = random.Random(SEED)  # noqa: S311 - the order of rounds
    for worker in crew:
        worker.start()
    try:
        for worker in crew:
            # Node compiles what runs often, and a first card fills caches everywhere.
            worker.work(seconds * 2)
        for number in range(rounds):
            order = list(crew)
            dice.shuffle(order)
            for worker in order:
                worker.rounds.append(worker.work(seconds))
            for worker in crew:
                if worker.name != RAW:
                    done = worker.rounds[-1]
                    for archive in {done.first, done.last}:
                        verify(worker.name, archive, root)
            sys.stderr.write(f"\rround {number + 1} of {rounds}, cards verified")
            sys.stderr.flush()
    finally:
        for worker in crew:
            worker.stop()
    sys.stderr.write("\n")


def table(crew: Sequence[Worker]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| library | cards/CPU second, median (min to max) | ms/card | bytes | signature | ours |",
        "|---|---|---|---|---|---|",
    ]
    base = crew[0]
    for worker in sorted(crew, key=lambda one: -statistics.median(one.rates)):
        median = statistics.median(worker.rates)
        spread = f"{median:,.1f} ({min(worker.rates):,.1f} to {max(worker.rates):,.1f})"
        size, form = "-", "-"
        if worker.name != RAW:
            archive = worker.rounds[-1].last
            signature = read_signature(read_pass(archive).members["signature"])
            size = f"{len(archive):,}"
            form = (
                f"{signature.digest_algorithm}, {'detached' if signature.detached else 'attached'}"
            )
        against = "-" if worker is base else _spread_text(_ratios(base, worker))
        lines.append(
            f"| {worker.name} | {spread} | {1000 / median:.3f} | {size} | {form} | {against} |"
        )
    return "\n".join(lines)


def _ratios(base: Worker, other: Worker) -> list[float]:
    return [a / b for a, b in zip(base.rates, other.rates, strict=True)]


def _spread_text(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"


def verdicts(crew: Sequence[Worker]) -> list[tuple[str, bool]]:
    """Each budget in words, and whether it stands: met, or out of reach on this processor.

    No card can be made faster than its RSA signature. How much slower the others are differs
    between processors: where signing has vector instructions and the checking of a key has none,
    libraries that check the key for every card fall behind twice as far.
    """
    found = {worker.name: worker for worker in crew}
    out: list[tuple[str, bool]] = []
    for name, wanted in BUDGETS:
        ratio = statistics.median(_ratios(found[OURS], found[name]))
        ceiling = statistics.median(_ratios(found[RAW], found[name]))
        best = max(found[OURS].rates) / max(found[name].rates)
        said = f"{ratio:.2f} x {name} (best rounds {best:.2f} x), budget at least {wanted:g} x"
        if ratio >= wanted:
            out.append((f"met: {said}", True))
        elif ceiling < wanted and name != RAW:
            limit = f"the bare RSA signature is {ceiling:.2f} x {name}"
            out.append((f"OUT OF REACH on this processor: {said}; {limit}", True))
        else:
            out.append((f"MISSED: {said}", False))
    return out


def machine() -> str:
    """What the figures were taken on."""
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    load = os.getloadavg()[0]
    busy = ", BUSY: others were using this machine" if load > 1.5 else ""
    return (
        f"{platform.machine()}, {cpu}, {os.cpu_count()} cores, load {load:.1f}{busy}; "
        f"Python {platform.python_version()}, Node {environments.node_version()}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark; gives 1 when a budget that this processor allows is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each round of each library")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument(
        "--judge", action="store_true", help="only let the other libraries judge our cards"
    )
    parser.add_argument("--report", action="store_true", help="keep the result in docs/reports/")
    options = parser.parse_args(arguments)
    try:
        root = prepare(STATE)
        secret = (STATE / "secret.json").read_text("utf-8")
        shown = judged_by_peers(STATE / "examples", examples(secret))
        taken = f"{accepted(STATE)}; of the examples {shown}"
        if options.judge:
            print(taken)
            return 0
        crew = workers(STATE, options.core)
        measure(crew, root, options.rounds, options.seconds)
    except (BenchError, environments.MissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    judged = verdicts(crew)
    checked = 2 * options.rounds * (len(crew) - 1)
    text = "\n".join(
        [
            machine(),
            f"{options.rounds} rounds of {options.seconds} s, interleaved, one core",
            f"{checked} cards verified with openssl; of ours {taken}",
            "",
            table(crew),
            "",
            *(f"- {line}" for line, _ in judged),
        ]
    )
    print(text)
    if options.report:
        today = dt.datetime.now(dt.UTC).date().isoformat()
        path = ROOT / "docs" / "reports" / f"{today}-bench-wallet.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Cards per second, {today}\n\n{text}\n", encoding="utf-8")
        print(f"kept in {path.relative_to(ROOT)}")
    return 0 if all(met for _, met in judged) else 1


if __name__ == "__main__":
    sys.exit(main())

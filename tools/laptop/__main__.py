"""Runs the laptop stack: `run`, `stop`, `reset`, `logs`, `status`. `make` has a target for each."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from tools.laptop import logs
from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack


def run(stack: Stack, *, detach: bool, clock: str | None = None) -> int:
    """Bring the stack up, say where it is, and follow its logs until interrupted.

    `clock` is a date at which business time is to stand: a stack without members begins there,
    any other lives through the days until then.
    """
    started = time.monotonic()
    stack.up()
    if clock is not None:
        from tools.clock import ClockError, start_at

        try:
            print(f"the business clock stands at {start_at(stack.places, clock)}")
        except ClockError as error:
            raise LaptopError(str(error)) from error
    stack.load_demo()
    print(f"up in {time.monotonic() - started:.1f} s\n")
    print(addresses(stack))
    if detach:
        print("\nrunning in the background: make logs, make status, make stop")
        return 0
    print("\nCtrl-C stops and keeps the state. What the stack says:", flush=True)
    try:
        logs.follow(stack.places)
    except KeyboardInterrupt:
        print("\nstopping in order, keeping the state", flush=True)
        return stop(stack)
    return 0


def stop(stack: Stack) -> int:
    """Stop in order; 1 when something had to be killed and its last changes may be lost."""
    started = time.monotonic()
    if not stack.stop():
        print(
            "something did not stop in time and was killed: changes since the last clean stop are "
            "lost. The next `make run` deploys again if it must",
            file=sys.stderr,
        )
        return 1
    print(f"stopped in {time.monotonic() - started:.1f} s")
    return 0


def till_link(places: Places) -> str:
    """The link of the last start, which makes a browser a till; one more comes by `make till`."""
    if places.till_link.exists():
        return places.till_link.read_text(encoding="ascii")
    return f"{places.api_url}/till   (make till shows the QR code that enrols it)"


def addresses(stack: Stack) -> str:
    """Where everything is, for a person."""
    places = stack.places
    rows = (
        ("Till, one browser, 24 h", till_link(places)),
        ("Clerks of the demo", "Zoé, PIN 4711; Yanis, PIN 8290"),
        ("API", f"{places.api_url}/v1"),
        ("API key with every right", stack.admin_key),
        ("Staff sign-in stand-in", places.oidc_url),
        ("A token for one of them", "make staff PERSON=maud (paul, antoine, alice, nadia)"),
        ("Phones and their cards", places.phone_url),
        ("Google Wallet stand-in", f"{places.google_url}/objects"),
        ("AWS endpoint", places.endpoint),
        ("Logs and state", str(places.state_dir)),
    )
    return "\n".join(f"{name:<28}{value}" for name, value in rows)


def status(stack: Stack) -> int:
    """Say what runs; 0 only when everything does."""
    for name, state in stack.status().items():
        print(f"{name:<12}{state}")
    if not stack.is_up():
        return 1
    print(addresses(stack))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 on success, 1 with the remedy on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.laptop", description=__doc__)
    parser.add_argument("command", choices=["run", "stop", "reset", "logs", "status"])
    parser.add_argument("--detach", action="store_true", help="run: return when all is up")
    parser.add_argument("--clock", metavar="DATE", help="run: business time, such as 2027-01-31")
    options = parser.parse_args(arguments)
    try:
        stack = Stack(Places.from_environment())
        match options.command:
            case "run":
                return run(stack, detach=options.detach, clock=options.clock)
            case "stop":
                return stop(stack)
            case "reset":
                stack.reset()
                print("reset: everything is forgotten")
            case "logs":
                logs.follow(stack.places)
            case "status":
                return status(stack)
    except LaptopError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

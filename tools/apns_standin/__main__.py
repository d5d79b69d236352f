"""Run the push service stand-in: `python -m tools.apns_standin --port P --control-port Q`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tools.apns_standin.server import LOOPBACK, running


async def _serve(port: int, control_port: int, state_dir: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(port, control_port, state_dir) as (real_port, real_control_port):
        sys.stdout.write(
            f"APNs stand-in: https://{LOOPBACK}:{real_port}, "
            f"phones and control: http://{LOOPBACK}:{real_control_port}\n"
        )
        sys.stdout.flush()
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal asks to stop."""
    parser = argparse.ArgumentParser(prog="python -m tools.apns_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="TLS, HTTP/2, for senders")
    parser.add_argument("--control-port", type=int, required=True, help="plain, for phones")
    parser.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    options = parser.parse_args(arguments)
    asyncio.run(_serve(options.port, options.control_port, options.state_dir))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The demonstration on a running laptop stack: `load` the examples, `show` a purchase.

`make demo` shows; `make run` loads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.api_client import Api, ApiUnreachable
from tools.demo.loading import DemoError, link_of_a_till, load
from tools.demo.showing import phone_for, show, timeline
from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack
from tools.phone.refusal import Refused


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything held, 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("command", choices=["load", "show"])
    options = parser.parse_args(arguments)
    try:
        places = Places.from_environment()
        with Api(places.api_url, Stack(places).admin_key) as api:
            if options.command == "load":
                print("\n".join(f"    {line}" for line in load(api)))
                places.till_link.write_text(link_of_a_till(api), encoding="ascii")
                return 0
            phone = phone_for(places.api_url, places.apns_control_url, places.state_dir)
            shown = show(api, phone)
        print("\n      ms  what happened (the phone's milliseconds are from its own log)")
        print("\n".join(timeline(shown)))
    except (LaptopError, DemoError, ApiUnreachable, Refused, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

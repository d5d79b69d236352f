"""Where a laptop stack listens and keeps its state, and how its failures are told."""

from __future__ import annotations

import os
import platform
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"
REGION: Final = "eu-west-1"
STACK_NAME: Final = "tessera"
STAGE: Final = "dev"
# Eight hexadecimal digits that MiniStack takes as the API's id, so that addresses stay the same.
API_ID: Final = "7e55e2a0"

PORT_BASE_DEFAULT: Final = 4566
STATE_DIR_DEFAULT: Final = ROOT / ".tessera"


class LaptopError(RuntimeError):
    """The laptop stack cannot go on; the message ends with the remedy."""


@dataclass(frozen=True, slots=True)
class Places:
    """The ports and the state directory of one stack. Several run side by side on other ones."""

    port_base: int
    state_dir: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """TESSERA_PORT_BASE and TESSERA_STATE_DIR, or 4566 and .tessera in the repository."""
        base = environment.get("TESSERA_PORT_BASE", str(PORT_BASE_DEFAULT))
        if not base.isdigit() or not 1024 <= int(base) <= 65000:
            raise LaptopError(f"TESSERA_PORT_BASE is {base!r}: give a port from 1024 to 65000")
        state_dir = Path(environment.get("TESSERA_STATE_DIR", str(STATE_DIR_DEFAULT)))
        return cls(int(base), state_dir.resolve())

    @property
    def cloud_port(self) -> int:
        return self.port_base

    @property
    def apns_port(self) -> int:
        return self.port_base + 5

    @property
    def google_port(self) -> int:
        return self.port_base + 6

    @property
    def phone_port(self) -> int:
        return self.port_base + 7

    @property
    def apns_control_port(self) -> int:
        return self.port_base + 8

    @property
    def oidc_port(self) -> int:
        return self.port_base + 9

    @property
    def endpoint(self) -> str:
        """MiniStack's own address, for AWS clients."""
        return f"http://{HOST}:{self.cloud_port}"

    @property
    def api_host(self) -> str:
        """The host name of the HTTP API. Browsers and curl resolve it, Python does not."""
        return f"{API_ID}.execute-api.localhost"

    @property
    def api_url(self) -> str:
        """The API as browsers and phones see it, without a final slash."""
        return f"http://{self.api_host}:{self.cloud_port}"

    @property
    def till_link(self) -> Path:
        """The file that holds the link which makes a browser the demonstration's till."""
        return self.state_dir / "till-link"

    @property
    def apns_url(self) -> str:
        return f"https://{HOST}:{self.apns_port}"

    @property
    def apns_control_url(self) -> str:
        return f"http://{HOST}:{self.apns_control_port}"

    @property
    def google_url(self) -> str:
        return f"http://{HOST}:{self.google_port}"

    @property
    def oidc_url(self) -> str:
        """The staff's identity provider, which is also its name in tokens."""
        return f"http://{HOST}:{self.oidc_port}"

    @property
    def phone_url(self) -> str:
        return f"http://{HOST}:{self.phone_port}"

    @property
    def logs_dir(self) -> Path:
        return self.state_dir / "logs"

    @property
    def build_dir(self) -> Path:
        return self.state_dir / "build"

    def aws_environment(self) -> dict[str, str]:
        """What an AWS client or the SAM CLI needs to talk to this stack and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def parameters(self) -> dict[str, str]:
        """The template's parameters on this machine: all that differs from the cloud."""
        return {
            "Stage": STAGE,
            "PythonRuntime": runtime(),
            "Architecture": architecture(),
            "ApnsUrl": self.apns_url,
            "GoogleWalletUrl": self.google_url,
            "GoogleSaveUrl": f"{self.google_url}/save",
            "PublicUrl": self.api_url,
            "OidcIssuer": self.oidc_url,
            "OidcAudience": "tessera-staff",
            "OidcRolesClaim": "roles",
            "DeletionProtection": "false",
        }


def runtime() -> str:
    """The Lambda runtime that is this Python, because MiniStack runs functions in it."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """Lambda's name of this machine's processor."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0

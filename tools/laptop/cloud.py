"""The laptop's cloud: MiniStack, and the template built and deployed to it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.build import SAM, BuildError, Target, build, release, sam_environment
from tools.laptop.daemons import Daemon
from tools.laptop.places import (
    API_ID,
    HOST,
    REGION,
    ROOT,
    STACK_NAME,
    LaptopError,
    Places,
    architecture,
    runtime,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MINISTACK: Final = ROOT / ".tools" / "ministack" / "bin" / "python"
# Only what the template uses: the others cost time at start and at the save on stop.
SERVICES: Final = (
    "apigateway,cloudformation,dynamodb,dynamodbstreams,events,iam,kms,lambda,logs,monitoring,s3,"
    "scheduler,secretsmanager,ses,sns,sqs,ssm,sts,tagging"
)
FINGERPRINT: Final = "/tessera/laptop/fingerprint"


def daemon(places: Places) -> Daemon:
    """MiniStack on loopback, keeping its state in the state directory when it stops in order."""
    memory = places.state_dir / "cloud"
    scratch = places.state_dir / "tmp"
    # Code of functions that an earlier run unpacked; nothing in it outlives a stop.
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    return Daemon(
        name="ministack",
        command=[str(MINISTACK), "-m", "ministack"],
        ports=[places.cloud_port],
        environment={
            "GATEWAY_PORT": str(places.cloud_port),
            "BIND_HOST": HOST,
            "SERVICES": SERVICES,
            # Roles are enforced: what a function may not do in the cloud it cannot do here.
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(memory / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(memory / "s3"),
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(scratch),
            "LOG_LEVEL": "INFO",
            # Functions inherit it. It names this stack, never a real account.
            **places.aws_environment(),
        },
        ready_s_max=60.0,
    )


def rewind_stream_readers(places: Places) -> None:
    """Let readers of the table's stream begin anew, before MiniStack starts on a kept state.

    MiniStack 1.5 keeps how far each reader had come, and not the records that it counted: after
    a start the count begins at nothing, and readers would wait until it has caught up.
    """
    path = places.state_dir / "cloud" / "state" / "lambda.json"
    if not path.exists():
        return
    state = json.loads(path.read_text("utf-8"))
    positions = state.get("payload", {}).get("dynamodb_stream_positions", {})
    if positions.get("data"):
        positions["data"] = {}
        beside = path.with_suffix(".rewound")
        beside.write_text(json.dumps(state), "utf-8")
        beside.replace(path)


def is_ready(places: Places) -> bool:
    """Whether MiniStack answers that it serves."""
    connection = http.client.HTTPConnection(HOST, places.cloud_port, timeout=2.0)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def client(places: Places, service: str) -> Any:
    """A boto3 client of this stack."""
    environment = places.aws_environment()
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    config = Config(
        connect_timeout=2,
        read_timeout=30,
        retries={"total_max_attempts": 3, "mode": "standard"},
        # MiniStack has no host name per service.
        inject_host_prefix=False,
    )
    return session.client(service, endpoint_url=places.endpoint, config=config)  # type: ignore[call-overload]


def fingerprint(places: Places) -> str:
    """A hash of everything that a deployment is made of: code, template, locks and parameters."""
    return release(places.parameters())


def deployed_fingerprint(places: Places) -> str | None:
    """The fingerprint of what MiniStack holds, or None when it holds nothing.

    It is kept in MiniStack itself: a state that was lost or is older takes its fingerprint along.
    """
    try:
        answer = client(places, "ssm").get_parameter(Name=FINGERPRINT)
    except ClientError:
        return None
    return str(answer["Parameter"]["Value"])


def build_here(places: Places, mark: str) -> None:
    """Build for this machine's Python and processor. Raises `LaptopError`."""
    try:
        build(Target(runtime(), architecture()), places.build_dir, mark)
    except BuildError as error:
        raise LaptopError(str(error)) from error


def deploy(places: Places, mark: str) -> None:
    """Deploy what was built, by the same `sam deploy` as in the cloud. Raises `LaptopError`.

    `mark` is the fingerprint to remember on success.
    """
    overrides = [f"{name}={value}" for name, value in places.parameters().items()]
    command = [
        str(SAM), "deploy",
        "--config-file", str(ROOT / "samconfig.toml"),
        "--template-file", str(places.build_dir / "template.yaml"),
        "--stack-name", STACK_NAME,
        "--resolve-s3",
        "--region", REGION,
        "--tags", f"ms-custom-id={API_ID}",
        "--parameter-overrides", *overrides,
    ]  # fmt: skip
    log = places.logs_dir / "deploy.log"
    environment = {
        name: value for name, value in sam_environment().items() if not name.startswith("AWS_")
    }
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=places.build_dir,
            env={**environment, **places.aws_environment()},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        raise LaptopError(
            f"sam deploy failed ({log}):\n{end}\n"
            "If the template is right and an earlier state is in the way: make reset run"
        )
    client(places, "ssm").put_parameter(Name=FINGERPRINT, Value=mark, Type="String", Overwrite=True)


def outputs(places: Places) -> dict[str, str]:
    """The stack's outputs. Raises `LaptopError` when it is not deployed."""
    try:
        answer = client(places, "cloudformation").describe_stacks(StackName=STACK_NAME)
    except (ClientError, BotoCoreError) as error:
        raise LaptopError(f"the stack is not deployed ({error}). Run: make run") from error
    return {item["OutputKey"]: item["OutputValue"] for item in answer["Stacks"][0]["Outputs"]}


def secrets_client(places: Places) -> SecretsManagerClient:
    """Secrets Manager of this stack."""
    found: SecretsManagerClient = client(places, "secretsmanager")
    return found


def has_tools() -> bool:
    """Whether the environments of SAM and MiniStack are there."""
    return SAM.exists() and MINISTACK.exists() and os.access(SAM, os.X_OK)

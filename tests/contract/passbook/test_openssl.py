"""OpenSSL, which shares no code with this package, verifies what it signs up to the root."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from passbook import Assets, Signer, Template, build, read_pass
from tests.fakes.pass_chain import NOW, Chain
from tests.fakes.pass_files import assets, images, store_card, template_document, values

MakeSigner = Callable[[Chain], Signer]


def by_raw_callable(chain: Chain) -> Signer:
    def kms(message: bytes) -> bytes:
        return chain.leaf.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    return Signer.from_raw(chain.leaf.pem, chain.wwdr.pem, kms)


SIGNERS: dict[str, MakeSigner] = {
    "pem": lambda chain: Signer.from_pem(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem),
    "p12": lambda chain: Signer.from_p12(chain.leaf.p12(b"x"), chain.wwdr.pem, password=b"x"),
    "raw": by_raw_callable,
}


def verify(archive: bytes, root: Path, directory: Path, command: str) -> str:
    """Runs `openssl cms` or `smime` -verify as of NOW; gives what it says, or raises."""
    return verify_members(read_pass(archive).members, root, directory, command)


def verify_members(members: Mapping[str, bytes], root: Path, directory: Path, command: str) -> str:
    for name in ("manifest.json", "signature"):
        (directory / name).write_bytes(members[name])
    done = subprocess.run(
        [
            *("openssl", command, "-verify", "-binary", "-inform", "DER", "-in", "signature"),
            *("-content", "manifest.json", "-CAfile", str(root), "-purpose", "any"),
            *("-attime", str(int(NOW.timestamp())), "-out", "verified.json"),
        ],
        cwd=directory,
        check=True,
        capture_output=True,
        text=True,
    )
    assert (directory / "verified.json").read_bytes() == members["manifest.json"]
    return done.stderr


@pytest.fixture
def root(chain: Chain, tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    path.write_bytes(chain.root.pem)
    return path


@pytest.mark.parametrize("command", ["cms", "smime"])
@pytest.mark.parametrize("source", list(SIGNERS))
def test_openssl_verifies_each_way_of_signing(
    chain: Chain, root: Path, tmp_path: Path, source: str, command: str
) -> None:
    archive = build(store_card(), images(), SIGNERS[source](chain))

    assert "successful" in verify(archive, root, tmp_path, command)


def test_openssl_verifies_every_language_and_variant(
    signer: Signer, root: Path, tmp_path: Path
) -> None:
    variants = {"full": {"strip.png": images()["strip.png"]}}
    template = Template(template_document(), assets(), signer, variants=variants)

    for language in (None, "fr", "en"):
        for variant in (None, "full"):
            archive = template.render(values(), language=language, variant=variant)
            assert "successful" in verify(archive, root, tmp_path, "cms")


def test_openssl_refuses_a_changed_manifest(signer: Signer, root: Path, tmp_path: Path) -> None:
    members = dict(read_pass(build(store_card(), images(), signer)).members)
    members["manifest.json"] += b" "

    with pytest.raises(subprocess.CalledProcessError):
        verify_members(members, root, tmp_path, "cms")


def test_openssl_refuses_a_chain_that_ends_elsewhere(
    signer: Signer, chain: Chain, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(chain.leaf.pem)

    with pytest.raises(subprocess.CalledProcessError):
        verify(build(store_card(), images(), signer), stranger, tmp_path, "cms")


def test_openssl_reads_the_signing_time(signer: Signer, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 10, 30, 59, tzinfo=UTC)
    path = tmp_path / "signature"
    path.write_bytes(signer.sign(b"{}", moment))

    shown = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert "Nov 22 10:30:59 2026 GMT" in shown
    assert "eContent: <ABSENT>" in shown


def test_the_shipped_design_verifies(signer: Signer, root: Path, tmp_path: Path) -> None:
    design = Path(__file__).parents[3] / "wallet_assets" / "tessera"
    files = Assets.from_directory(design)

    archive = build(store_card(), files, signer)

    assert "successful" in verify(archive, root, tmp_path, "cms")
    assert len(archive) <= 30_000

"""`passbook.models` beside PyPI py-pkpass: one program, two modules, the same pass.

py-pkpass carries the classes of the old `passbook` package over to Python 3; what it writes is
what existing programs count on.
"""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import py_pkpass.models  # type: ignore[import-untyped]
import pytest

import passbook.models
from passbook import InvalidPassError, read_pass
from tests.fakes.pass_chain import NOW, PASS_TYPE, TEAM, Chain
from tests.fakes.pass_files import images

Program = Callable[[ModuleType], Any]


def store_card(module: ModuleType) -> Any:
    info = module.StoreCard()
    info.addHeaderField("tier", "Gold", "TIER")
    info.addPrimaryField("name", "Jähn Doe", "Name")
    info.addSecondaryField("since", "2019", "Member since")
    info.addAuxiliaryField("shop", "Paris", "Shop")
    info.addBackField("terms", "Be kind.", "Terms")
    info.secondaryFields.append(module.CurrencyField("balance", 22.5, "Balance", "EUR"))
    return finish(module, info)


def boarding_pass(module: ModuleType) -> Any:
    info = module.BoardingPass(module.TransitType.TRAIN)
    info.addPrimaryField("from", "PAR", "Paris")
    info.addPrimaryField("to", "LYS", "Lyon")
    info.headerFields.append(module.DateField("date", "2027-06-15T10:25+02:00", "Date"))
    return finish(module, info)


def coupon(module: ModuleType) -> Any:
    info = module.Coupon()
    number = module.NumberField("percent", 0.2, "Off")
    number.numberStyle = module.NumberStyle.PERCENT
    info.headerFields.append(number)
    passfile = finish(module, info)
    passfile.expirationDate = "2027-12-31T23:59:59+00:00"
    passfile.voided = True
    return passfile


def event_ticket(module: ModuleType) -> Any:
    info = module.EventTicket()
    info.auxiliaryFields.append(
        module.DateField(
            "doors",
            "2027-06-15T19:00+02:00",
            "Doors",
            dateStyle=module.DateStyle.LONG,
            timeStyle=module.DateStyle.SHORT,
            ignoresTimeZone=True,
        )
    )
    passfile = finish(module, info)
    passfile.relevantDate = "2027-06-15T19:00+02:00"
    return passfile


def generic(module: ModuleType) -> Any:
    info = module.Generic()
    info.addSecondaryField("a", "b", "C")
    info.secondaryFields[0].changeMessage = "Now %@"
    info.secondaryFields[0].textAlignment = module.Alignment.CENTER
    passfile = finish(module, info)
    location = module.Location("37.6189722", Decimal("-122.3748889"), 12.0)
    location.relevantText = "Near"
    passfile.locations = [location, module.Location(1, 2)]
    beacon = module.IBeacon("E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", 100, 1)
    passfile.ibeacons = [beacon]
    passfile.userInfo = {"key": [1, "x"]}
    passfile.associatedStoreIdentifiers = [123456789]
    passfile.sharingProhibited = True
    return passfile


PROGRAMS: list[Program] = [store_card, boarding_pass, coupon, event_ticket, generic]


def finish(module: ModuleType, info: Any) -> Any:
    passfile = module.Pass(
        info,
        organizationName="Café Tessera",
        passTypeIdentifier=PASS_TYPE,
        teamIdentifier=TEAM,
    )
    passfile.serialNumber = "b3f1c2a49d5e4f60"
    passfile.description = "A sample pass"
    passfile.barcode = module.Barcode("7ZK3", module.BarcodeFormat.CODE128, "7ZK3")
    passfile.logoText = "Tessera"
    passfile.foregroundColor = "rgb(255, 255, 255)"
    passfile.backgroundColor = "rgb(10, 20, 30)"
    passfile.labelColor = "rgb(0, 0, 0)"
    passfile.webServiceURL = "https://cards.example.com/apple"
    passfile.authenticationToken = "0123456789abcdef"
    for name, data in images().items():
        passfile.addFile(name, io.BytesIO(data))
    return passfile


@pytest.fixture(scope="session")
def files(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Certificate, key and intermediate as files, the only way the old package takes them."""
    directory = tmp_path_factory.mktemp("keys")
    contents = {
        "certificate": chain.leaf.pem,
        "key": chain.leaf.encrypted_key_pem(b"secret"),
        "wwdr": chain.wwdr.pem,
        "root": chain.root.pem,
    }
    for name, data in contents.items():
        (directory / f"{name}.pem").write_bytes(data)
    return {name: str(directory / f"{name}.pem") for name in contents}


def created(program: Program, module: ModuleType, files: dict[str, str]) -> bytes:
    passfile = program(module)
    out = passfile.create(files["certificate"], files["key"], files["wwdr"], "secret")
    assert isinstance(out, io.BytesIO)
    return out.getvalue()


def without_blemishes(document: Any, group: str = "") -> Any:
    """What py-pkpass writes, less the empty members that `passbook.models` says it leaves out."""
    if isinstance(document, list):
        return [without_blemishes(one, group) for one in document]
    if not isinstance(document, dict):
        return document
    kept = {
        key: without_blemishes(value, key)
        for key, value in document.items()
        if not (key in {"changeMessage", "relevantText"} and value == "")
        and not (key == "distance" and value is None)
    }
    left = kept.get("textAlignment") == "PKTextAlignmentLeft"
    if left and group in {"primaryFields", "backFields"}:
        del kept["textAlignment"]
    return kept


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: str(one.__name__))
def test_the_same_program_makes_the_same_pass(program: Program, files: dict[str, str]) -> None:
    theirs = read_pass(created(program, py_pkpass.models, files))
    ours = read_pass(created(program, passbook.models, files))

    assert ours.document == without_blemishes(theirs.document)
    assert set(ours.members) == set(theirs.members)
    assert {**ours.manifest, "pass.json": ""} == {**theirs.manifest, "pass.json": ""}
    for name in images():
        assert ours.members[name] == theirs.members[name]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: str(one.__name__))
def test_openssl_verifies_what_the_old_names_make(
    program: Program, files: dict[str, str], tmp_path: Path
) -> None:
    members = read_pass(created(program, passbook.models, files)).members
    for name in ("manifest.json", "signature"):
        (tmp_path / name).write_bytes(members[name])

    subprocess.run(
        [
            *("openssl", "smime", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
            *("-content", "manifest.json", "-CAfile", files["root"], "-purpose", "any"),
            *("-attime", str(int(NOW.timestamp()))),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )


def test_every_public_name_of_py_pkpass_exists_with_its_attributes() -> None:
    """Attributes of instances too: programs set them by assignment, where a miss goes unseen."""
    for name, theirs in vars(py_pkpass.models).items():
        if name.startswith("_") or getattr(theirs, "__module__", "") != "py_pkpass.models":
            continue
        if name == "PassHandler":
            continue
        ours = getattr(passbook.models, name)
        constants = {key: value for key, value in vars(theirs).items() if key.isupper()}
        assert constants == {key: getattr(ours, key) for key in constants}, name
        public = {key for key in vars(theirs) if not key.startswith("_")}
        assert public <= set(dir(ours)), name
    pass_attributes = vars(py_pkpass.models.Pass(py_pkpass.models.StoreCard()))
    ours_attributes = vars(passbook.models.Pass(passbook.models.StoreCard()))
    assert {key for key in pass_attributes if not key.startswith("_")} <= set(ours_attributes)


def test_keys_may_be_given_as_bytes_and_the_pass_written_to_a_path(
    chain: Chain, tmp_path: Path
) -> None:
    target = tmp_path / "card.pkpass"
    passfile = passbook.models.Pass(
        passbook.models.StoreCard(), passTypeIdentifier=PASS_TYPE, teamIdentifier=TEAM
    )
    passfile.serialNumber = passfile.description = passfile.organizationName = "x"
    passfile.addFile("icon.png", io.BytesIO(images()["icon.png"]))

    out = passfile.create(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem, "", str(target))

    assert out == str(target)
    assert read_pass(target.read_bytes()).document["serialNumber"] == "x"


def test_several_barcodes_are_honoured() -> None:
    passfile = store_card(passbook.models)
    models = passbook.models
    passfile.barcodes = [models.Barcode("A", models.BarcodeFormat.QR), models.Barcode("B")]
    passfile.barcode = None

    document = passfile.json_dict()

    assert [one["message"] for one in document["barcodes"]] == ["A", "B"]
    assert document["barcode"]["message"] == "A"


def test_decimal_amounts_stay_numbers() -> None:
    passfile = store_card(passbook.models)
    amount = passbook.models.CurrencyField("due", Decimal("12.50"), "Due", "EUR")
    passfile.passInformation.auxiliaryFields[0] = amount

    document = json.loads(passfile._createPassJson())

    assert document["storeCard"]["auxiliaryFields"][0]["value"] == 12.5


@pytest.mark.parametrize(
    ("attribute", "value", "rule"),
    [
        ("authenticationToken", "short", "token-length"),
        ("teamIdentifier", "ZZZZZ99999", "team-mismatch"),
        ("expirationDate", "2027-12-31", "date-format"),
        ("_files", {}, "icon-missing"),
    ],
)
def test_what_phones_refuse_is_refused_here(
    files: dict[str, str], attribute: str, value: object, rule: str
) -> None:
    passfile = store_card(passbook.models)
    setattr(passfile, attribute, value)

    with pytest.raises(InvalidPassError) as refused:
        passfile.create(files["certificate"], files["key"], files["wwdr"], "secret")

    assert [one.rule for one in refused.value.findings] == [rule]


def test_a_coordinate_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidPassError):
        passbook.models.Location("north", 2)

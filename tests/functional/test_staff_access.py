"""Staff tokens through the authorizer: what opens, and everything that must not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from functions.authorizer import app as authorizer
from tessera import bootstrap_authorizer
from tessera.adapters.oidc import KEYS_LIFE_S, UNKNOWN_KEY_PAUSE_S, OidcTokens, fetch_json
from tessera.application.credentials import SCOPES
from tessera.application.staff_access import ROLES, Claims, credential_of
from tessera.domain.errors import Unavailable
from tests.fakes.gateway import Context, sample
from tests.functional.conftest import Shop
from tools.oidc_standin.keys import SigningKeys, claims_of, jwk_of
from tools.oidc_standin.people import AUDIENCE, PEOPLE
from tools.oidc_standin.server import OidcStandin

ALICE = PEOPLE["alice"]
HOUR_S = 3600


def shown(token: str) -> dict[str, Any]:
    """What the authorizer answers to a token."""
    sent = sample("authorizer/known_key")
    sent["headers"]["authorization"] = f"Bearer {token}"
    return authorizer.handler(sent, Context())


def claims(provider: OidcStandin, **changes: Any) -> dict[str, Any]:
    """Alice's claims with changes; None takes one away."""
    found = claims_of(ALICE, provider.issuer) | changes
    return {name: value for name, value in found.items() if value is not None}


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, content, signature = token.split(".")
    return _decoded(header), _decoded(content), signature


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def encoded(content: bytes | Mapping[str, Any]) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_each_role_has_its_rights_and_no_other(shop: Shop, provider: OidcStandin) -> None:
    for person in PEOPLE.values():
        answer = shown(provider.token(person.id))
        assert answer["isAuthorized"] is bool(person.roles), person.id
        if person.roles:
            context = answer["context"]
            assert context["scopes"].split() == sorted(ROLES[person.roles[0]])
            assert (context["kind"], context["stores"]) == ("staff", "null")
            assert context["name"] == person.name
    assert set(ROLES["administrator"]) == set(SCOPES)
    assert not {"programmes:write", "programmes:approve"} & set(ROLES["marketer"])
    assert not {"programmes:write", "programmes:draft"} & set(ROLES["approver"])


def test_staff_work_on_programmes_as_their_role_lets_them(shop: Shop) -> None:
    document = shop.as_staff("maud", "GET", "/v1/programmes/demo/versions/1").json["document"]
    draft = {"document": document, "revision": 0}
    path = "/v1/programmes/demo"
    assert shop.as_staff("maud", "PUT", f"{path}/draft", draft).status == 200
    ask = {"revision": 1}
    asked = shop.as_staff("maud", "POST", f"{path}/requests", ask, key="ask")
    assert asked.status == 201, asked.body
    approval = f"{path}/requests/{asked.json['id']}/approve"
    assert shop.as_staff("maud", "POST", approval, key="approve").code == "scope_missing"
    approved = shop.as_staff("antoine", "POST", approval, key="approve")
    assert (approved.status, approved.json["version"]) == (201, 2)
    version = shop.as_staff("alice", "GET", f"{path}/versions/2").json
    assert version["published"]["name"] == "Maud Lemaire"
    assert version["approved"]["name"] == "Antoine Roux"
    assert shop.as_staff("nadia", "GET", f"{path}/versions").status == 403


def test_several_roles_give_the_rights_of_all(shop: Shop, provider: OidcStandin) -> None:
    roles = ["marketer", "approver", "not-a-role"]
    answer = shown(provider.keys.sign(claims(provider, roles=roles)))
    assert set(answer["context"]["scopes"].split()) == {*ROLES["marketer"], *ROLES["approver"]}


NOW_S = int(time.time())
REFUSED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "the issuer with a slash more": {"iss": "SLASH"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another-application"},
    "among other audiences only": {"aud": ["one", "two"]},
    "no audience": {"aud": None},
    "our name as client of an identity token": {"aud": None, "client_id": AUDIENCE},
    "expired": {"exp": NOW_S - 120},
    "no expiry": {"exp": None},
    "an expiry that is no number": {"exp": "tomorrow"},
    "not yet valid": {"nbf": NOW_S + 2 * HOUR_S, "exp": NOW_S + 3 * HOUR_S},
    "issued in the future": {"iat": NOW_S + 2 * HOUR_S, "exp": NOW_S + 3 * HOUR_S},
    "no instant of issue": {"iat": None},
    "no subject": {"sub": None},
    "no role": {"roles": []},
    "no list of roles": {"roles": None},
    "a role that nobody knows": {"roles": ["owner"]},
    "roles that are no texts": {"roles": [1, {"administrator": True}]},
    "roles in another claim": {"roles": None, "cognito:groups": ["administrator"]},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_says_something_wrong_opens_nothing(
    shop: Shop, provider: OidcStandin, changes: dict[str, Any]
) -> None:
    if changes.get("iss") == "SLASH":
        changes = {"iss": f"{provider.issuer}/"}
    token = provider.keys.sign(claims(provider, **changes))
    assert shown(token) == {"isAuthorized": False}
    assert shown(provider.keys.sign(claims(provider)))["isAuthorized"]


def test_an_access_token_of_cognito_names_the_application_elsewhere(
    shop: Shop, provider: OidcStandin
) -> None:
    said = claims(provider, aud=None, client_id=AUDIENCE, token_use="access")
    assert shown(provider.keys.sign(said))["isAuthorized"]
    other = {**said, "client_id": "another-application"}
    assert shown(provider.keys.sign(other)) == {"isAuthorized": False}


def none_of(token: str, _: OidcStandin) -> str:
    header, content, _signature = parts(token)
    return f"{encoded(header | {'alg': 'none'})}.{encoded(content)}."


def none_in_other_letters(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded(header | {'alg': 'nOnE'})}.{encoded(content)}.{signature}"


def stripped(token: str, _: OidcStandin) -> str:
    return token.rsplit(".", 1)[0] + "."


def without_its_third_part(token: str, _: OidcStandin) -> str:
    return token.rsplit(".", 1)[0]


def with_another_content(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded(header)}.{encoded(content | {'sub': 'somebody-else'})}.{signature}"


def signed_with_the_public_key_as_a_secret(token: str, provider: OidcStandin) -> str:
    """The confusion of algorithms: HMAC with what everybody can read."""
    header, content, _ = parts(token)
    entry = next(key for key in provider.keys.published()["keys"] if key["kid"] == header["kid"])
    numbers = rsa.RSAPublicNumbers(_integer(entry["e"]), _integer(entry["n"]))
    secret = numbers.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{encoded(header | {'alg': 'HS256'})}.{encoded(content)}"
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def signed(header: Mapping[str, Any], content: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    told = f"{encoded(header)}.{encoded(content)}"
    return f"{told}.{encoded(key.sign(told.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def forged(header: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """A token signed by a key of the forger's own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return signed(header, content, key)


def signed_by_another_key(token: str, _: OidcStandin) -> str:
    header, content, _signature = parts(token)
    return forged(header, content)


def with_a_key_of_its_own(token: str, _: OidcStandin) -> str:
    content = parts(token)[1]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwk_of(key)
    return signed({"alg": "RS256", "kid": jwk["kid"], "jwk": jwk}, content, key)


def without_a_key_id(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded({'alg': header['alg']})}.{encoded(content)}.{signature}"


def of_another_algorithm(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded(header | {'alg': 'RS512'})}.{encoded(content)}.{signature}"


def with_a_critical_extension(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded(header | {'crit': ['b64']})}.{encoded(content)}.{signature}"


def with_a_list_of_algorithms(token: str, _: OidcStandin) -> str:
    header, content, signature = parts(token)
    return f"{encoded(header | {'alg': ['RS256']})}.{encoded(content)}.{signature}"


def with_a_header_without_end(token: str, _: OidcStandin) -> str:
    """Deeper than Python's own stack: its reader gives up by an error of its own."""
    return ".".join([encoded(b"[" * 1_400), *token.split(".")[1:]])


def no_json(_: str, __: OidcStandin) -> str:
    return f"{encoded(b'no json')}.{encoded(b'no json')}.AAAA"


FORGERIES: tuple[Callable[[str, OidcStandin], str], ...] = (
    none_of,
    none_in_other_letters,
    stripped,
    without_its_third_part,
    with_another_content,
    signed_with_the_public_key_as_a_secret,
    signed_by_another_key,
    with_a_key_of_its_own,
    without_a_key_id,
    of_another_algorithm,
    with_a_critical_extension,
    with_a_list_of_algorithms,
    with_a_header_without_end,
    no_json,
)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: str(forge.__name__))
def test_a_forged_token_opens_nothing(
    shop: Shop, provider: OidcStandin, forge: Callable[[str, OidcStandin], str]
) -> None:
    true = provider.token("alice")
    assert shown(true)["isAuthorized"]
    assert shown(forge(true, provider)) == {"isAuthorized": False}


def test_keys_that_follow_each_other_are_found_and_old_tokens_live_on(
    shop: Shop, tmp_path: Path
) -> None:
    with OidcStandin(tmp_path) as provider:
        now_s = [0.0]
        tokens = OidcTokens(provider.issuer, AUDIENCE, "roles", monotonic=lambda: now_s[0])
        old = provider.token("alice")
        assert tokens.claims(old) is not None
        provider.keys.rotate("EC")
        new = provider.token("alice")
        assert parts(new)[0]["alg"] == "ES256"
        # The provider was asked a moment ago: a key that is not there waits half a minute.
        assert tokens.claims(new) is None
        now_s[0] += UNKNOWN_KEY_PAUSE_S
        assert tokens.claims(new) is not None
        assert tokens.claims(old) is not None


def test_unknown_keys_make_the_provider_be_asked_once_in_half_a_minute(
    provider: OidcStandin,
) -> None:
    asked: list[str] = []

    def fetch(url: str) -> Any:
        asked.append(url)
        return fetch_json(url)

    tokens = OidcTokens(provider.issuer, AUDIENCE, "roles", fetch, monotonic=lambda: 1000.0)
    header, content, _ = parts(provider.token("alice"))
    for number in range(50):
        assert tokens.claims(forged_id(header, content, number)) is None
    assert len(asked) == 2


def forged_id(header: Mapping[str, Any], content: Mapping[str, Any], number: int) -> str:
    return f"{encoded({**header, 'kid': f'key-{number}'})}.{encoded(content)}.AAAA"


def test_a_provider_that_is_away_closes_nothing_for_a_day_and_denies_nobody_by_mistake(
    provider: OidcStandin,
) -> None:
    now_s, there = [0.0], [True]

    def fetch(url: str) -> Any:
        if not there[0]:
            raise OSError("no answer")
        return fetch_json(url)

    tokens = OidcTokens(provider.issuer, AUDIENCE, "roles", fetch, monotonic=lambda: now_s[0])
    token = provider.token("alice")
    assert tokens.claims(token) is not None
    there[0] = False
    now_s[0] = KEYS_LIFE_S + 1.0
    assert tokens.claims(token) is not None
    now_s[0] = 26 * HOUR_S
    # A denial would be kept for a minute: not to know is told as not to know.
    with pytest.raises(Unavailable):
        tokens.claims(token)
    fresh = OidcTokens(provider.issuer, AUDIENCE, "roles", fetch)
    with pytest.raises(Unavailable):
        fresh.claims(token)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://elsewhere.example", "jwks_uri": "https://elsewhere.example/jwks"},
        {"issuer": "ISSUER", "jwks_uri": "http://elsewhere.example/jwks"},
        {"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "ISSUER"},
        [],
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_believed(
    provider: OidcStandin, described: Any
) -> None:
    text = json.dumps(described).replace("ISSUER", provider.issuer)
    tokens = OidcTokens(provider.issuer, AUDIENCE, "roles", lambda url: json.loads(text))
    with pytest.raises(Unavailable):
        tokens.claims(provider.token("alice"))


def test_keys_that_must_not_sign_are_passed_over(tmp_path: Path) -> None:
    keys = SigningKeys(tmp_path)
    issuer = "https://id.example"
    said = claims_of(ALICE, issuer)
    good, true = keys.published()["keys"][0], keys.sign(said)
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
    weak = jwk_of(short)
    secret = {"kty": "oct", "k": encoded(b"x" * 32), "kid": "secret", "alg": "HS256"}
    hashed = f"{encoded({'alg': 'HS256', 'kid': 'secret'})}.{encoded(said)}"
    mac = hmac.new(b"x" * 32, hashed.encode(), hashlib.sha256).digest()
    for entry, token in (
        ({**good, "use": "enc"}, true),
        ({**good, "alg": "RS512"}, true),
        ({**good, "kty": "EC"}, true),
        ({**good, "n": "not a number"}, true),
        (weak, signed({"alg": "RS256", "kid": weak["kid"]}, said, short)),
        (secret, f"{hashed}.{encoded(mac)}"),
    ):
        assert of_provider(issuer, entry).claims(token) is None, entry
    assert of_provider(issuer, good).claims(true) is not None


def of_provider(issuer: str, entry: Mapping[str, Any]) -> OidcTokens:
    """The tokens of a provider that publishes one key."""
    published = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", "keys": [entry]}
    return OidcTokens(issuer, AUDIENCE, "roles", lambda _: published)


def test_where_no_provider_is_trusted_no_token_opens_anything(
    shop: Shop, provider: OidcStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESSERA_OIDC_ISSUER")
    vars(bootstrap_authorizer.container()).pop("staff_tokens", None)
    assert shown(provider.token("alice")) == {"isAuthorized": False}
    monkeypatch.setenv("TESSERA_OIDC_ISSUER", provider.issuer)
    monkeypatch.setenv("TESSERA_OIDC_AUDIENCE", "")
    vars(bootstrap_authorizer.container()).pop("staff_tokens", None)
    assert shown(provider.token("alice")) == {"isAuthorized": False}


def test_a_person_has_the_same_name_for_ever_and_it_tells_nothing() -> None:
    person = Claims("https://id.example", "ada@example.org", ("marketer",))
    assert credential_of(person) == credential_of(person)
    assert credential_of(person).startswith("stf_")
    assert "ada" not in credential_of(person)
    elsewhere = Claims("https://other.example", "ada@example.org", ("marketer",))
    assert credential_of(elsewhere) != credential_of(person)


def test_a_browser_signs_in_by_code_and_proof(provider: OidcStandin) -> None:
    asked = {"redirect_uri": "http://127.0.0.1/admin", "code_challenge": ""}
    verifier = "v" * 43
    asked["code_challenge"] = encoded(hashlib.sha256(verifier.encode()).digest())
    form = {"redirect_uri": asked["redirect_uri"], "code_verifier": verifier}
    code = provider.code_for(ALICE, asked)
    assert provider.exchange({**form, "code": code, "code_verifier": "w" * 43}) is None
    assert provider.exchange({**form, "code": code}) is None
    code = provider.code_for(ALICE, asked)
    tokens = provider.exchange({**form, "code": code})
    assert tokens is not None
    told = OidcTokens(provider.issuer, AUDIENCE, "roles").claims(tokens["access_token"])
    assert told is not None
    assert told.roles == ("administrator",)

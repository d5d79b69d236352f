"""Google Wallet over REST: a class per programme, an object per card, a link that saves it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from tessera.adapters.card_values import Wording
from tessera.adapters.designs import Design, Designs
from tessera.adapters.google.errors import QUOTA, failure_of, unreachable
from tessera.adapters.google.jwt import GoogleAccount
from tessera.adapters.google.resources import (
    class_id,
    class_message,
    class_patch_of,
    forgotten_object,
    loyalty_class,
    loyalty_object,
    object_id,
    patch_of,
)
from tessera.application.card_ports import GoogleChange, GoogleFailure, GoogleNews, Haste
from tessera.application.card_view import CardView

if TYPE_CHECKING:
    import urllib3

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFE_S = 3600
TOKEN_MARGIN_S = 600
"""A token is renewed ten minutes before Google would refuse it."""

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 6.0
SAVE_LINK_LENGTH_MAX = 1800
CALLS_AT_ONCE_MAX = 5
NEW_PATIENCE_MS = 2500


@dataclass(frozen=True, slots=True)
class _Way:
    """How a call is made: for whom, and how long it waits for its turn."""

    haste: Haste
    patience_ms: int


class Pace(Protocol):
    """Waits until a call may begin; see `pace.Pace`."""

    def wait(self, haste: Haste, patience_ms: int) -> None:
        """Return when it may. Raises GoogleFailure where that is too far away."""
        ...


@dataclass
class GoogleWalletCards:
    """`card_ports.GoogleCards`. Token, connection and known classes are kept per container."""

    load_account: Callable[[], GoogleAccount | None]
    api_url: str
    save_base_url: str
    public_url: str
    designs: Designs
    pace: Pace
    wall_s: Callable[[], float] = time.time
    _token: tuple[str, float] = field(default=("", 0.0), init=False)
    _classes: dict[str, str] = field(default_factory=dict, init=False)
    _renewing: threading.Lock = field(default_factory=threading.Lock, init=False)

    @cached_property
    def account(self) -> GoogleAccount | None:
        return self.load_account()

    @property
    def available(self) -> bool:
        return self.account is not None

    def put(self, view: CardView) -> None:
        """Insert the object, its class first; one that exists is brought up to date."""
        self._put(view, _Way(Haste.NEW, NEW_PATIENCE_MS))

    def _put(self, view: CardView, way: _Way) -> None:
        self._put_class(view, way)
        resource = self._object(view)
        self._upsert("loyaltyObject", resource, patch_of(resource), way)

    def update(
        self, changes: Sequence[GoogleChange], haste: Haste, patience_ms: int
    ) -> Mapping[str, GoogleFailure]:
        """Bring objects up to date, see `card_ports.GoogleCards`; a few calls at a time."""
        way = _Way(haste, patience_ms)
        if len(changes) == 1:
            return _failures(changes, [self._tried(changes[0], way)])
        with ThreadPoolExecutor(CALLS_AT_ONCE_MAX) as pool:
            return _failures(changes, pool.map(lambda one: self._tried(one, way), changes))

    def _tried(self, change: GoogleChange, way: _Way) -> GoogleFailure | None:
        try:
            self._update(change, way)
        except GoogleFailure as failure:
            return failure
        return None

    def _update(self, change: GoogleChange, way: _Way) -> None:
        """An object that Google lost is inserted again; a banner too many is done without."""
        resource = patch_of(self._object(change.view))
        if change.notify:
            resource["notifyPreference"] = "NOTIFY_ON_UPDATE"
        path = f"loyaltyObject/{resource['id']}"
        try:
            self._call("PATCH", path, resource, way)
        except GoogleFailure as failure:
            if failure.code == QUOTA.code and resource.pop("notifyPreference", None):
                self._call("PATCH", path, resource, way)
            elif failure.status == 404:
                self._put(change.view, way)
            else:
                raise

    def share(self, view: CardView, haste: Haste, patience_ms: int) -> None:
        """Write what all cards of the view's programme share, see `card_ports.GoogleCards`."""
        self._put_class(view, _Way(haste, patience_ms))

    def announce(self, news: GoogleNews, haste: Haste, patience_ms: int) -> None:
        """One message of the class for every holder, see `card_ports.GoogleCards`.

        Where the issuer's notifications of the day are used up it is written without one.
        """
        way = _Way(haste, patience_ms)
        try:
            self._write_news(news, way)
        except GoogleFailure as failure:
            if failure.code != QUOTA.code or not news.notify:
                raise
            self._write_news(replace(news, notify=False), way)

    def take_back(
        self, programme: str, left: GoogleNews | None, haste: Haste, patience_ms: int
    ) -> None:
        """Write all messages of the class anew, see `card_ports.GoogleCards`."""
        messages = [class_message(replace(left, notify=False))["message"]] if left else []
        self._set_messages(programme, messages, _Way(haste, patience_ms))

    def _set_messages(self, programme: str, messages: Sequence[Any], way: _Way) -> None:
        resource = {"messages": messages, "reviewStatus": "UNDER_REVIEW"}
        self._call("PATCH", self._class_path(programme), resource, way)

    def _class_path(self, programme: str) -> str:
        return f"loyaltyClass/{self._required.issuer_id}.{programme}"

    def _write_news(self, news: GoogleNews, way: _Way) -> None:
        path = f"{self._class_path(news.programme)}/addMessage"
        try:
            self._call("POST", path, class_message(news), way)
        except GoogleFailure as failure:
            if failure.status != 400:
                raise
            # A class holds ten messages: it forgets the old ones and takes the new one.
            self._set_messages(news.programme, [], way)
            self._call("POST", path, class_message(news), way)

    def forget(self, card: str, haste: Haste, patience_ms: int) -> None:
        """Leave the name of an object and nothing else, see `card_ports.GoogleCards`."""
        resource = forgotten_object(self._required.issuer_id, card)
        try:
            self._call(
                "PATCH", f"loyaltyObject/{resource['id']}", resource, _Way(haste, patience_ms)
            )
        except GoogleFailure as failure:
            if failure.status != 404:
                raise

    def save_url(self, view: CardView) -> str:
        """A link that names the object and nothing else, so that it fits into 1,800 characters."""
        account = self._required
        link = {"id": object_id(account.issuer_id, view)}
        link["classId"] = class_id(account.issuer_id, view)
        token = account.signed(
            {
                "iss": account.client_email,
                "aud": "google",
                "typ": "savetowallet",
                "iat": int(self.wall_s()),
                "origins": [],
                "payload": {"loyaltyObjects": [link]},
            }
        )
        return f"{self.save_base_url}/{token}"

    @property
    def _required(self) -> GoogleAccount:
        assert self.account is not None
        return self.account

    def _object(self, view: CardView) -> dict[str, Any]:
        design = self.designs.of(view)
        return loyalty_object(
            self._required.issuer_id,
            Wording(design, view),
            lambda name: self._image_url(design, name),
        )

    def _put_class(self, view: CardView, way: _Way) -> None:
        """Write the programme's class unless this container wrote the same one before."""
        design = self.designs.shared_by(view)
        resource = loyalty_class(
            self._required.issuer_id,
            view,
            design,
            lambda name: self._image_url(design, name),
            f"{self.public_url}/google/callback",
        )
        digest = hashlib.sha256(json.dumps(resource, sort_keys=True).encode()).hexdigest()
        if self._classes.get(resource["id"]) != digest:
            self._upsert("loyaltyClass", resource, class_patch_of(resource), way)
            self._classes[resource["id"]] = digest

    def _image_url(self, design: Design, name: str) -> str:
        return f"{self.public_url}/designs/{design.id}/{design.google_version(name)}/{name}"

    def _upsert(
        self, kind: str, resource: Mapping[str, Any], patch: Mapping[str, Any], way: _Way
    ) -> None:
        try:
            self._call("POST", kind, resource, way)
        except GoogleFailure as failure:
            if failure.status != 409:
                raise
            self._call("PATCH", f"{kind}/{resource['id']}", patch, way)

    def _call(self, method: str, path: str, resource: Mapping[str, Any], way: _Way) -> None:
        """One call, in its turn. A token that Google no longer takes is renewed once."""
        for fresh in (False, True):
            self.pace.wait(way.haste, way.patience_ms)
            status, body = self._send(
                method,
                f"{self.api_url}/walletobjects/v1/{path}",
                json.dumps(resource).encode(),
                {
                    "Authorization": f"Bearer {self._access_token(fresh=fresh)}",
                    "Content-Type": "application/json",
                },
            )
            if status < 300:
                return
            if status != 401 or fresh:
                raise failure_of(status, body)

    def _access_token(self, *, fresh: bool) -> str:
        with self._renewing:
            return self._renewed_token(fresh=fresh)

    def _renewed_token(self, *, fresh: bool) -> str:
        token, renew_at_s = self._token
        now_s = self.wall_s()
        if token and not fresh and now_s < renew_at_s:
            return token
        account = self._required
        claims = {
            "iss": account.client_email,
            "scope": SCOPE,
            "aud": account.token_uri,
            "iat": int(now_s),
            "exp": int(now_s) + TOKEN_LIFE_S,
        }
        form = f"grant_type={GRANT.replace(':', '%3A')}&assertion={account.signed(claims)}"
        status, body = self._send(
            "POST",
            account.token_uri,
            form.encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        if status != 200:
            raise failure_of(status, body)
        answer = json.loads(body)
        life_s = int(answer.get("expires_in", TOKEN_LIFE_S))
        self._token = (str(answer["access_token"]), now_s + max(60, life_s - TOKEN_MARGIN_S))
        return self._token[0]

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        import urllib3

        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
        return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=CALLS_AT_ONCE_MAX)

    def _send(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        from urllib3.exceptions import HTTPError

        try:
            answer = self._http.request(method, url, body=body, headers=dict(headers))
        except HTTPError as error:
            raise unreachable() from error
        return answer.status, answer.data


def _failures(
    changes: Sequence[GoogleChange], outcomes: Iterable[GoogleFailure | None]
) -> dict[str, GoogleFailure]:
    return {
        change.view.card: failure
        for change, failure in zip(changes, outcomes, strict=True)
        if failure is not None
    }

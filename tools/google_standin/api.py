"""The calls of walletobjects v1 that concern loyalty, as pure of HTTP as they can be.

Each takes a decoded request and returns the decoded answer, or raises ApiError.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.google_standin.credentials import ServiceAccount
from tools.google_standin.discovery import Problem, check
from tools.google_standin.errors import ApiError
from tools.google_standin.rules import check_class, check_message, check_object, issuer_of
from tools.google_standin.saving import PassReader
from tools.google_standin.store import Store, Stored

# Google shows a banner for these fields only, when a call asks with notifyPreference.
NOTIFYING_FIELDS: Final = (
    "loyaltyPoints",
    "secondaryLoyaltyPoints",
    "rewardsTier",
    "secondaryRewardsTier",
    "validTimeInterval",
)
_WRITABLE_REVIEW: Final = frozenset({"UNDER_REVIEW", "underReview", "DRAFT", "draft"})
_DRAFT: Final = frozenset({"DRAFT", "draft"})


@dataclass(slots=True)
class Call:
    """One authorised call: body as sent, query, and the warnings found on the way."""

    body: Mapping[str, Any]
    query: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)


def merge(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Google's patch semantics: objects merge, arrays and values replace, null removes."""
    merged = dict(before)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = merge(merged[name], value)
        else:
            merged[name] = value
    return merged


class WalletApi:
    """Loyalty classes and objects of one issuer."""

    def __init__(self, store: Store, account: ServiceAccount, save_base: str) -> None:
        self._store = store
        self._account = account
        self._save_base = save_base
        self._reader = PassReader(store, account)

    def _judge(self, problems: Iterable[Problem], call: Call) -> None:
        fatal = {"error", "length"} if self._store.switches.strict_lengths else {"error"}
        errors: list[str] = []
        for problem in problems:
            (errors if problem.severity in fatal else call.warnings).append(problem.text)
        if errors:
            raise ApiError(400, "\n".join(errors))

    def _own(self, identifier: object) -> str:
        if issuer_of(identifier) is None:
            raise ApiError(400, f"Invalid resource ID: {identifier}")
        if issuer_of(identifier) != self._account.issuer_id:
            raise ApiError(403, "Permission denied.")
        return str(identifier)

    def _kept(self, kind: str) -> tuple[dict[str, Stored], str]:
        if kind == "loyaltyClass":
            return self._store.classes, "Wallet Object Class"
        return self._store.objects, "Wallet Object"

    def _find(self, kind: str, identifier: str) -> Stored:
        kept, title = self._kept(kind)
        self._own(identifier)
        stored = kept.get(identifier)
        if stored is None:
            reason = "classNotFound" if kind == "loyaltyClass" else "resourceNotFound"
            raise ApiError(404, f"{title} {identifier} not found.", reason)
        return stored

    def _view(self, kind: str, stored: Stored) -> dict[str, Any]:
        resource = dict(stored.resource)
        if kind == "loyaltyObject":
            resource["hasUsers"] = bool(stored.users)
            parent = self._store.classes.get(resource["classId"])
            if parent is not None:
                resource["classReference"] = parent.resource
        return resource

    def insert(self, kind: str, call: Call) -> dict[str, Any]:
        """POST /loyaltyClass and /loyaltyObject."""
        with self._store.lock:
            resource = merge({}, call.body)
            self._check(kind, resource, call)
            kept, title = self._kept(kind)
            identifier = self._own(resource["id"])
            if identifier in kept:
                raise ApiError(409, f"{title} {identifier} already exists.", "existingResource")
            stored = self._store.put(kept, self._accepted(kind, resource))
            return self._view(kind, stored)

    def _check(self, kind: str, resource: dict[str, Any], call: Call) -> None:
        if kind == "loyaltyClass":
            self._judge(check_class(resource), call)
            if resource["reviewStatus"] not in _WRITABLE_REVIEW:
                raise ApiError(400, f"Invalid review status {resource['reviewStatus']}.")
            return
        self._judge(check_object(resource), call)
        self._require_usable_class(resource)

    def _require_usable_class(self, resource: Mapping[str, Any]) -> None:
        identifier = self._own(resource["classId"])
        parent = self._store.classes.get(identifier)
        if parent is None:
            raise ApiError(404, f"Wallet Object Class {identifier} not found.", "classNotFound")
        if parent.resource["reviewStatus"] != "APPROVED":
            raise ApiError(400, f"Wallet Object Class {identifier} is not approved.")

    @staticmethod
    def _accepted(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource as Google keeps it: its own fields dropped, one-time wishes forgotten."""
        kept = {
            name: value
            for name, value in resource.items()
            if name not in {"notifyPreference", "hasUsers", "hasLinkedDevice", "classReference"}
        }
        if kind == "loyaltyClass" and kept["reviewStatus"] not in _DRAFT:
            # Google approves by itself; afterwards the class can hold objects.
            kept["reviewStatus"] = "APPROVED"
        return kept

    def get(self, kind: str, identifier: str) -> dict[str, Any]:
        """GET /{kind}/{id}."""
        with self._store.lock:
            return self._view(kind, self._find(kind, identifier))

    def patch(self, kind: str, identifier: str, call: Call) -> dict[str, Any]:
        """PATCH /{kind}/{id}: what is sent is laid over what is there."""
        with self._store.lock:
            before = self._find(kind, identifier)
            self._judge(check(_schema(kind), call.body, "resource"), call)
            if call.body.get("id", identifier) != identifier:
                raise ApiError(400, "The id of a resource cannot change.")
            if kind == "loyaltyClass" and "reviewStatus" not in call.body:
                raise ApiError(400, "Invalid review status Optional[APPROVED].")
            return self._replace(kind, before, merge(before.resource, call.body), call)

    def update(self, kind: str, identifier: str, call: Call) -> dict[str, Any]:
        """PUT /{kind}/{id}: what is sent replaces what is there."""
        with self._store.lock:
            before = self._find(kind, identifier)
            resource = merge({}, call.body)
            if resource.setdefault("id", identifier) != identifier:
                raise ApiError(400, "The id of a resource cannot change.")
            return self._replace(kind, before, resource, call)

    def _replace(
        self, kind: str, before: Stored, resource: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        self._check(kind, resource, call)
        if (
            kind == "loyaltyClass"
            and resource["reviewStatus"] in _DRAFT
            and before.resource["reviewStatus"] not in _DRAFT
        ):
            raise ApiError(400, "A class cannot go back to draft.")
        old = before.resource
        accepted = self._accepted(kind, resource)
        kept, _ = self._kept(kind)
        stored = self._store.put(kept, accepted) if accepted != old else before
        if call.body.get("notifyPreference") == "NOTIFY_ON_UPDATE":
            self._notify_fields(kind, stored, old, call)
        return self._view(kind, stored)

    def _notify_fields(self, kind: str, stored: Stored, old: Mapping[str, Any], call: Call) -> None:
        changed = [n for n in NOTIFYING_FIELDS if stored.resource.get(n) != old.get(n)]
        if not changed:
            return
        for holder in self._holders(kind, stored):
            # Google applies the change all the same and merely stays silent.
            if not self._store.notify(holder, "fields", ", ".join(changed)):
                call.warnings.append(f"{holder.resource['id']}: no notification is left today")

    def _holders(self, kind: str, stored: Stored) -> list[Stored]:
        if kind == "loyaltyObject":
            return [stored]
        identifier = stored.resource["id"]
        return [
            item
            for item in self._store.objects.values()
            if item.resource["classId"] == identifier and item.users
        ]

    def add_message(self, kind: str, identifier: str, call: Call) -> dict[str, Any]:
        """POST /{kind}/{id}/addMessage."""
        with self._store.lock:
            stored = self._find(kind, identifier)
            self._judge(check("AddMessageRequest", call.body, "request"), call)
            message = call.body.get("message")
            self._judge(check_message(message), call)
            messages = [*stored.resource.get("messages", []), message]
            resource = {**stored.resource, "messages": messages}
            rules = check_class if kind == "loyaltyClass" else check_object
            self._judge(rules(resource), call)
            notify = isinstance(message, dict) and message.get("messageType") == "TEXT_AND_NOTIFY"
            if notify:
                self._notify_message(kind, stored, str(call.body["message"].get("header", "")))
            kept, _ = self._kept(kind)
            return {"resource": self._view(kind, self._store.put(kept, resource))}

    def _notify_message(self, kind: str, stored: Stored, text: str) -> None:
        for holder in self._holders(kind, stored):
            if not self._store.notify(holder, "message", text) and kind == "loyaltyObject":
                raise ApiError(
                    403,
                    "QuotaExceededException: the limit of notifications for this pass is reached.",
                    "quotaExceeded",
                )

    def list(self, kind: str, call: Call) -> dict[str, Any]:
        """GET /{kind}: classes of an issuer or objects of a class, by pages."""
        name = "issuerId" if kind == "loyaltyClass" else "classId"
        wanted = call.query.get(name)
        if wanted is None:
            raise ApiError(400, f"{name} is required")
        limit, start = call.query.get("maxResults", "1000"), call.query.get("token", "0")
        if not limit.isdecimal() or not start.isdecimal():
            raise ApiError(400, "maxResults and token must be what Google gave")
        with self._store.lock:
            if kind == "loyaltyClass":
                if wanted != self._account.issuer_id:
                    raise ApiError(403, "Permission denied.")
                found = list(self._store.classes.values())
            else:
                self._find("loyaltyClass", wanted)
                found = [
                    item
                    for item in self._store.objects.values()
                    if item.resource["classId"] == wanted
                ]
            page = found[int(start) : int(start) + int(limit)]
            answer: dict[str, Any] = {
                "resources": [self._view(kind, item) for item in page],
                "pagination": {"resultsPerPage": len(page)},
            }
        if int(start) + len(page) < len(found):
            answer["pagination"]["nextPageToken"] = str(int(start) + len(page))
        return answer

    def insert_jwt(self, call: Call) -> dict[str, Any]:
        """POST /jwt: insert what a save link would carry, and get the link."""
        self._judge(check("JwtResource", call.body, "resource"), call)
        token = str(call.body.get("jwt", ""))
        with self._store.lock:
            content = self._reader.read(token)
            call.warnings.extend(content.warnings)
            self._reader.insert(content)
        return {
            "saveUri": f"{self._save_base}/{token}",
            "resources": {
                "loyaltyClasses": content.classes,
                "loyaltyObjects": content.objects,
            },
        }

    def validate_jwt(self, call: Call) -> dict[str, Any]:
        """POST /jwt/validate: would this link be saved? Empty when it would."""
        self._judge(check("JwtValidateRequest", call.body, "request"), call)
        token, plain = call.body.get("jwtResource"), call.body.get("jsonResource")
        if (token is None) == (plain is None):
            raise ApiError(400, "Exactly one of jwtResource and jsonResource must be set.")
        with self._store.lock:
            if token is not None:
                self._reader.read(str(token.get("jwt", "")))
            elif plain is not None:
                try:
                    claims = json.loads(plain.get("json", ""))
                except ValueError as error:
                    raise ApiError(400, "jsonResource.json is not JSON") from error
                payload = claims.get("payload", claims) if isinstance(claims, dict) else None
                self._reader.read_payload(payload)
        return {}


def _schema(kind: str) -> str:
    return kind[0].upper() + kind[1:]


Route = Callable[[WalletApi, str, str, Call], dict[str, Any]]

# (method, has an id, what follows the id) -> call. Kept beside the discovery document by a test.
ROUTES: Final[dict[tuple[str, bool, str], Route]] = {
    ("POST", False, ""): lambda api, kind, _, call: api.insert(kind, call),
    ("GET", False, ""): lambda api, kind, _, call: api.list(kind, call),
    ("GET", True, ""): lambda api, kind, name, _: api.get(kind, name),
    ("PATCH", True, ""): lambda api, kind, name, call: api.patch(kind, name, call),
    ("PUT", True, ""): lambda api, kind, name, call: api.update(kind, name, call),
    ("POST", True, "addMessage"): lambda api, kind, name, call: api.add_message(kind, name, call),
}

"""What happens when somebody opens a save link: Google reads the JWT and keeps the pass."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.google_standin.credentials import JwtError, ServiceAccount
from tools.google_standin.discovery import property_names
from tools.google_standin.errors import ApiError
from tools.google_standin.rules import check_class, check_object, issuer_of
from tools.google_standin.store import Store, Stored

# The link as phones see it; the laptop's own address is longer or shorter by chance.
PUBLIC_LINK: Final = "https://pay.google.com/gp/v/save/"
LINK_CHARACTERS_MAX: Final = 1800
_SKEW_S: Final = 300


@dataclass(slots=True)
class PassContent:
    """Classes and objects that a link carries."""

    classes: list[dict[str, Any]]
    objects: list[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)


class PassReader:
    """Reads save links of one issuer. Callers hold the store's lock."""

    def __init__(self, store: Store, account: ServiceAccount) -> None:
        self._store = store
        self._account = account

    def read(self, token: str) -> PassContent:
        """Check a save JWT and what it carries. Raises ApiError 400 with the first reason."""
        try:
            claims = self._account.read_jwt(token)
        except JwtError as error:
            raise ApiError(400, f"Invalid JWT: {error}.") from error
        if claims.get("aud") != "google":
            raise ApiError(400, 'Invalid JWT: aud must be "google".')
        if claims.get("typ") != "savetowallet":
            raise ApiError(400, 'Invalid JWT: typ must be "savetowallet".')
        issued = claims.get("iat")
        if not isinstance(issued, int) or issued > time.time() + _SKEW_S:
            raise ApiError(400, "Invalid JWT: iat must be whole seconds and not in the future.")
        origins = claims.get("origins", [])
        if not isinstance(origins, list) or not all(isinstance(item, str) for item in origins):
            raise ApiError(400, "Invalid JWT: origins must be a list of addresses.")
        return self.read_payload(claims.get("payload"))

    def read_payload(self, payload: object) -> PassContent:
        """Check the classes and objects of a pass."""
        if not isinstance(payload, dict) or not payload:
            raise ApiError(400, "Invalid JWT: payload is missing.")
        unknown = payload.keys() - property_names("Resources")
        if unknown:
            raise ApiError(400, f"Invalid JWT: unknown name {min(unknown)} in payload.")
        content = PassContent(
            _objects(payload, "loyaltyClasses"), _objects(payload, "loyaltyObjects")
        )
        if not content.objects:
            raise ApiError(400, "Invalid JWT: there is no pass to save.")
        for resource in content.classes:
            self._check(resource, self._store.classes, content)
        classes = {resource["id"] for resource in content.classes} | self._store.classes.keys()
        for resource in content.objects:
            self._check(resource, self._store.objects, content)
            stored = self._store.objects.get(resource["id"])
            parent = stored.resource["classId"] if stored else resource.get("classId")
            if parent not in classes:
                raise ApiError(404, f"Wallet Object Class {parent} not found.", "classNotFound")
        return content

    def _check(
        self, resource: dict[str, Any], kept: Mapping[str, Stored], content: PassContent
    ) -> None:
        identifier = resource.get("id")
        if issuer_of(identifier) != self._account.issuer_id:
            raise ApiError(400, f"Invalid resource ID: {identifier}")
        if identifier in kept:
            # What exists is used as it is: a link never updates a pass.
            if set(resource) - {"id", "classId"}:
                content.warnings.append(f"{identifier} exists: the link's fields are ignored")
            return
        rules = check_class if kept is self._store.classes else check_object
        problems = list(rules(resource))
        errors = [problem.text for problem in problems if problem.severity == "error"]
        if errors:
            raise ApiError(400, f"{identifier} does not exist and " + "; ".join(errors))
        content.warnings.extend(problem.text for problem in problems)

    def insert(self, content: PassContent) -> None:
        """Keep what does not exist yet."""
        for resource in content.classes:
            if resource["id"] not in self._store.classes:
                self._store.put(self._store.classes, {**resource, "reviewStatus": "APPROVED"})
        for resource in content.objects:
            if resource["id"] not in self._store.objects:
                self._store.put(self._store.objects, resource)


def _objects(payload: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    items = payload.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiError(400, f"Invalid JWT: {name} must be a list of objects.")
    return items


class Shelf:
    """Saves and removes passes for people's phones."""

    def __init__(self, store: Store, account: ServiceAccount) -> None:
        self._store = store
        self._reader = PassReader(store, account)

    def save(self, token: str, user: str) -> tuple[list[Stored], list[str]]:
        """Open a save link as `user`: the saved objects and warnings, or ApiError."""
        length = len(PUBLIC_LINK) + len(token)
        if length > LINK_CHARACTERS_MAX:
            raise ApiError(
                400, f"The link has {length} characters, more than {LINK_CHARACTERS_MAX}."
            )
        with self._store.lock:
            content = self._reader.read(token)
            self._reader.insert(content)
            saved = [self._store.objects[resource["id"]] for resource in content.objects]
            for stored in saved:
                self._require_free(stored, user)
            for stored in saved:
                if user not in stored.users:
                    stored.users.append(user)
                    self._store.touch(stored)
            return saved, content.warnings

    def _require_free(self, stored: Stored, user: str) -> None:
        parent = self._store.classes[stored.resource["classId"]].resource
        rule = parent.get("multipleDevicesAndHoldersAllowedStatus", "")
        if str(rule).upper().startswith("ONE") and stored.users not in ([], [user]):
            raise ApiError(403, "This pass is already saved by another user.")

    def remove(self, identifier: str, user: str) -> Stored:
        """The user deletes the pass from the phone."""
        with self._store.lock:
            stored = self._store.objects.get(identifier)
            if stored is None or user not in stored.users:
                raise ApiError(404, f"Wallet Object {identifier} not found.")
            stored.users.remove(user)
            self._store.touch(stored)
            return stored

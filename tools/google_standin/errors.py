"""Refusals in the shape that Google's REST services use."""

from __future__ import annotations

from typing import Any, Final

_STATUS_NAMES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_REASONS: Final = {
    400: "badRequest",
    401: "authError",
    403: "permissionDenied",
    404: "notFound",
    405: "httpMethodNotAllowed",
    409: "alreadyExists",
    429: "rateLimitExceeded",
    500: "backendError",
    503: "backendError",
}


class ApiError(Exception):
    """A call that Google would refuse: HTTP status, message for people, reason for programmes."""

    def __init__(self, status: int, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason or _REASONS[status]

    def body(self) -> dict[str, Any]:
        """Google's error envelope."""
        return {
            "error": {
                "code": self.status,
                "message": self.message,
                "errors": [{"message": self.message, "domain": "global", "reason": self.reason}],
                "status": _STATUS_NAMES[self.status],
            }
        }

"""One client of SQS for each queue adapter, made when it is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import Any


class SqsClient:
    """What the adapters of queues have in common: the client that was given, or botocore's."""

    def __init__(self, client: Any = None) -> None:
        self._given = client

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import botocore.session

        return botocore.session.get_session().create_client("sqs")

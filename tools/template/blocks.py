"""The text of template.yaml's generated blocks.

Routes come from the engine's route table, so that OpenAPI, the handlers and the gateway cannot
disagree. Log groups and alarms come from the functions and queues of the template itself, so that
none can be forgotten. Both are written out, not expanded at deployment, because a reviewer must be
able to read what will be created.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

AUTHORISED: Final = "key"
UNAUTHORISED: Final = ("card", "none")
EXECUTE_API: Final = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"


class RouteLike(Protocol):
    """One row of the engine's route table.

    `auth` is `key` when the gateway asks the authorizer first; `card` when the function itself
    checks a token that a phone or a link carries; `none` when anybody may call.
    """

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def auth(self) -> str: ...


class TemplateError(ValueError):
    """The template or the route table cannot be brought together; the message says why."""


def logical_name(name: str) -> str:
    """`fire_birthday_events` gives `FireBirthdayEvents`, the stem of its logical ids."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def routes_block(routes: Iterable[RouteLike], functions: Iterable[str]) -> str:
    """The integrations, permissions and routes of the HTTP API, two spaces deep.

    `functions` are the names of the functions the template declares. Raises `TemplateError` for
    a route to a function that is not declared, an unknown `auth`, or two routes with one key.
    """
    known = set(functions)
    ordered = sorted(routes, key=lambda route: (route.function, route.path, route.method))
    seen: set[str] = set()
    for route in ordered:
        key = f"{route.method} {route.path}"
        if route.function not in known:
            raise TemplateError(f"route {key}: template.yaml has no function {route.function}")
        if route.auth != AUTHORISED and route.auth not in UNAUTHORISED:
            raise TemplateError(f"route {key}: auth {route.auth!r} is not key, card or none")
        if key in seen:
            raise TemplateError(f"route {key} appears twice in the route table")
        seen.add(key)
    parts: list[str] = []
    for function in dict.fromkeys(route.function for route in ordered):
        parts.append(_integration(function))
        parts.extend(_route(route) for route in ordered if route.function == function)
    return "\n".join(parts)


def _integration(function: str) -> str:
    stem = logical_name(function)
    return f"""\
  {stem}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref HttpApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Ref {stem}Function.Alias
      PayloadFormatVersion: "2.0"
      TimeoutInMillis: 12000

  {stem}ApiPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {stem}Function.Alias
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub {EXECUTE_API}:${{HttpApi}}/*
"""


def _route(route: RouteLike) -> str:
    stem = logical_name(route.function)
    authorisation = (
        "      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref KeyAuthorizer\n"
        if route.auth == AUTHORISED
        else "      AuthorizationType: NONE\n"
    )
    return f"""\
  Route{logical_name(route.method.lower())}{logical_name(route.path) or "Root"}:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref HttpApi
      RouteKey: {_route_key(route)}
{authorisation}      Target: !Sub integrations/${{{stem}Integration}}
"""


def _route_key(route: RouteLike) -> str:
    key = f"{route.method} {route.path}"
    return key if re.fullmatch(r"[A-Z]+ [A-Za-z0-9/_.\-]+", key) else f'"{key}"'


def watch_block(functions: Iterable[str], streams: Mapping[str, str], dead: Iterable[str]) -> str:
    """A log group and two alarms per function, an age alarm per stream reader, one per dead queue.

    `functions` are names; `streams` maps the name of a function that reads a stream to the seconds
    its reading may lag; `dead` are the logical ids of the dead-letter queues.
    """
    parts: list[str] = []
    for function in sorted(functions):
        parts.append(_log_group(function))
        for metric, meaning in (
            ("Errors", "failed, its log says why"),
            ("Throttles", "was refused for want of concurrency"),
        ):
            parts.append(_function_alarm(function, metric, meaning))
    for function, lag_s_max in sorted(streams.items()):
        parts.append(_iterator_alarm(function, lag_s_max))
    parts.extend(_dead_alarm(queue) for queue in sorted(dead))
    return "\n".join(parts)


def _log_group(function: str) -> str:
    return f"""\
  {logical_name(function)}LogGroup:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      LogGroupName: !Sub /${{AWS::StackName}}/{function}
      RetentionInDays: !Ref LogRetentionDays
"""


def _alarm(logical_id: str, description: str, metric: str) -> str:
    return f"""\
  {logical_id}:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: {description}
{metric}      EvaluationPeriods: 1
      TreatMissingData: notBreaching
      AlarmActions: [!Ref AlarmTopic]
"""


def _function_alarm(function: str, metric: str, meaning: str) -> str:
    stem = logical_name(function)
    return _alarm(
        f"{stem}{metric}Alarm",
        f"{function} {meaning}",
        f"""\
      Namespace: AWS/Lambda
      MetricName: {metric}
      Dimensions:
        - Name: FunctionName
          Value: !Ref {stem}Function
      Statistic: Sum
      Period: 60
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
""",
    )


def _iterator_alarm(function: str, lag_s_max: str) -> str:
    stem = logical_name(function)
    return _alarm(
        f"{stem}IteratorAgeAlarm",
        f"{function} reads the table's stream more than {lag_s_max} s late",
        f"""\
      Namespace: AWS/Lambda
      MetricName: IteratorAge
      Dimensions:
        - Name: FunctionName
          Value: !Ref {stem}Function
      Statistic: Maximum
      Period: 60
      ComparisonOperator: GreaterThanThreshold
      Threshold: {int(lag_s_max) * 1000}
""",
    )


def _dead_alarm(queue: str) -> str:
    return _alarm(
        f"{queue}DepthAlarm",
        f"{queue} holds messages that failed for good. Mend the cause, then redrive them",
        f"""\
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions:
        - Name: QueueName
          Value: !GetAtt {queue}.QueueName
      Statistic: Maximum
      Period: 60
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
""",
    )


def replace_block(text: str, name: str, block: str) -> str:
    """`text` with what stands between the markers of `name` replaced by `block`.

    Raises `TemplateError` unless both markers stand once, alone on their lines, in order.
    """
    begin, end = f"  # begin generated: {name}", f"  # end generated: {name}"
    pattern = re.compile(
        rf"(^{re.escape(begin)}[^\n]*\n).*?(^{re.escape(end)}[^\n]*$)", re.DOTALL | re.MULTILINE
    )
    replaced, count = pattern.subn(lambda found: found[1] + block + found[2], text)
    if count != 1:
        raise TemplateError(f"template.yaml needs the markers of the block {name!r} exactly once")
    return replaced

"""Every function is deployed with what it needs to run, be watched and fail safely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tessera.application.tills import SCOPES
from tessera.entrypoints.routes import ROUTES
from tools.template.read import Template, function_name, function_names, resources

ROOT = Path(__file__).resolve().parents[2]
WALLET_FUNCTIONS = {
    "wallet_api",
    "refresh_passes",
    "update_google_cards",
    "design_api",
    "push_card_faces",
    "watch_certificates",
}
SIGNATURE_FUNCTIONS = {"till_api", "admin_api", "authorizer"}
"""Functions that check signed codes (decision 0031), signed requests of tills (decision 0039) and
staff tokens (decision 0021): they import cryptography for the first one."""


def functions(template: Template) -> dict[str, Template]:
    return resources(template, "AWS::Lambda::Function")


def references(value: object) -> set[str]:
    """Every logical id that `value` names by Ref or GetAtt."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return {name}
        case dict():
            return set().union(*(references(part) for part in value.values()), set())
        case list():
            return set().union(*(references(part) for part in value), set())
        case _:
            return set()


def test_each_function_has_a_folder_with_one_module_and_each_folder_is_deployed(
    source: Template,
) -> None:
    folders = {path.parent.name for path in ROOT.glob("functions/*/app.py")}

    assert set(function_names(source)) == folders
    for folder in folders:
        modules = {path.name for path in (ROOT / "functions" / folder).glob("*.py")}
        assert modules == {"app.py"}, folder


def test_each_function_logs_to_a_group_of_its_own_that_forgets(
    source: Template, expanded: Template
) -> None:
    groups = resources(expanded, "AWS::Logs::LogGroup")
    used = []
    for logical_id, function in functions(expanded).items():
        group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert "RetentionInDays" in groups[group]["Properties"], logical_id
        used.append(group)

    assert len(used) == len(set(used)) == len(function_names(source))


def test_each_failure_of_each_function_raises_an_alarm(expanded: Template) -> None:
    watched = {
        (alarm["Properties"]["MetricName"], dimension["Value"].get("Ref"))
        for alarm in resources(expanded, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Properties"]["Dimensions"]
        if "Ref" in dimension["Value"]
        if alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        if isinstance(dimension["Value"], dict)
    }

    for logical_id in functions(expanded):
        assert ("Errors", logical_id) in watched
        assert ("Throttles", logical_id) in watched


def test_reading_the_stream_late_raises_an_alarm(expanded: Template) -> None:
    readers = {
        mapping["Properties"]["FunctionName"]["Ref"].removesuffix("Aliaslive")
        for mapping in resources(expanded, "AWS::Lambda::EventSourceMapping").values()
        if mapping["Properties"]["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    }
    late = {
        alarm["Properties"]["Dimensions"][0]["Value"]["Ref"]
        for alarm in resources(expanded, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["MetricName"] == "IteratorAge"
        and alarm["Properties"]["Threshold"] <= 60_000
    }

    assert readers
    assert readers <= late


def test_the_stream_has_one_reader_that_a_bad_record_cannot_stop(expanded: Template) -> None:
    readers = [
        mapping["Properties"]
        for mapping in resources(expanded, "AWS::Lambda::EventSourceMapping").values()
        if mapping["Properties"]["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    ]

    assert len(readers) == 1
    reader = readers[0]
    assert reader["BisectBatchOnFunctionError"] is True
    assert 0 < reader["MaximumRetryAttempts"] <= 100
    assert reader["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "ChangesDeadQueue" in references(reader["DestinationConfig"])


def test_queue_readers_report_the_messages_that_failed_and_no_others(expanded: Template) -> None:
    for mapping in resources(expanded, "AWS::Lambda::EventSourceMapping").values():
        assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_callers_reach_published_versions_only(expanded: Template) -> None:
    aliases = {f"{name}Aliaslive" for name in functions(expanded)}
    reached = {
        integration["Properties"]["IntegrationUri"]["Ref"]
        for integration in resources(expanded, "AWS::ApiGatewayV2::Integration").values()
    }
    reached |= {
        schedule["Properties"]["Target"]["Arn"]["Ref"]
        for schedule in resources(expanded, "AWS::Scheduler::Schedule").values()
    }
    reached |= {
        mapping["Properties"]["FunctionName"]["Ref"]
        for mapping in resources(expanded, "AWS::Lambda::EventSourceMapping").values()
    }

    assert reached <= aliases


def test_each_release_publishes_a_version_of_each_function(
    expand_with: Callable[..., Template],
) -> None:
    first = set(resources(expand_with(Release="a"), "AWS::Lambda::Version"))
    second = set(resources(expand_with(Release="b"), "AWS::Lambda::Version"))

    assert len(first) == len(second) == len(functions(expand_with()))
    assert first.isdisjoint(second)


def test_only_functions_that_sign_or_check_carry_cryptography(
    source: Template, expanded: Template
) -> None:
    carrying = {
        function_name(source["Resources"][logical_id])
        for logical_id, function in functions(expanded).items()
        if any("Wallet" in name for name in references(function["Properties"]["Layers"]))
    }

    assert carrying == WALLET_FUNCTIONS | SIGNATURE_FUNCTIONS


def test_whoever_serves_tills_can_check_what_they_sign() -> None:
    """A till's scope opens a route wherever it is: printed things are the administrators'."""
    serving = {route.function for route in ROUTES if route.scope in SCOPES}
    assert serving <= SIGNATURE_FUNCTIONS | WALLET_FUNCTIONS


def test_an_http_function_answers_before_the_gateway_gives_up(expanded: Template) -> None:
    for integration in resources(expanded, "AWS::ApiGatewayV2::Integration").values():
        function = integration["Properties"]["IntegrationUri"]["Ref"].removesuffix("Aliaslive")
        time_out_s = functions(expanded)[function]["Properties"]["Timeout"]
        assert time_out_s * 1000 < integration["Properties"]["TimeoutInMillis"] < 30_000


def test_a_function_called_asynchronously_hands_over_what_it_could_not_do(
    expanded: Template,
) -> None:
    scheduled = {
        schedule["Properties"]["Target"]["Arn"]["Ref"].removesuffix("Aliaslive")
        for schedule in resources(expanded, "AWS::Scheduler::Schedule").values()
    }
    handing_over = {
        config["Properties"]["FunctionName"]["Ref"]
        for config in resources(expanded, "AWS::Lambda::EventInvokeConfig").values()
        if references(config["Properties"]["DestinationConfig"]["OnFailure"])
    }

    assert scheduled
    assert scheduled <= handing_over

"""What keeps data, and what carries work, loses neither."""

from __future__ import annotations

from collections.abc import Callable

from tools.template.read import Template, dead_queues, resources

FOURTEEN_DAYS_S = 1_209_600


def test_the_table_can_be_restored_and_is_not_deleted_by_mistake(expanded: Template) -> None:
    table = expanded["Resources"]["Table"]

    assert table["Properties"]["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True
    }
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert expanded["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert table["DeletionPolicy"].startswith("Retain")
    assert table["UpdateReplacePolicy"] == "Retain"


def test_the_table_streams_both_images_and_has_one_sparse_index(expanded: Template) -> None:
    table = expanded["Resources"]["Table"]["Properties"]

    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    (due,) = table["GlobalSecondaryIndexes"]
    assert due["IndexName"] == "due"
    assert due["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert [key["AttributeName"] for key in due["KeySchema"]] == ["dk", "ds"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_each_queue_has_a_dead_letter_queue_that_keeps_messages_for_14_days(
    expanded: Template,
) -> None:
    queues = resources(expanded, "AWS::SQS::Queue")
    dead = set(dead_queues(expanded))
    for logical_id, queue in queues.items():
        if logical_id in dead:
            assert queue["Properties"]["MessageRetentionPeriod"] == FOURTEEN_DAYS_S
        else:
            target = queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert target in dead


def test_a_queue_hides_a_message_six_times_as_long_as_its_reader_may_take(
    expanded: Template,
) -> None:
    queues = resources(expanded, "AWS::SQS::Queue")
    functions = resources(expanded, "AWS::Lambda::Function")
    read = set()
    for mapping in resources(expanded, "AWS::Lambda::EventSourceMapping").values():
        queue = mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        if queue not in queues:
            continue
        function = mapping["Properties"]["FunctionName"]["Ref"].removesuffix("Aliaslive")
        time_out_s = functions[function]["Properties"]["Timeout"]
        assert queues[queue]["Properties"]["VisibilityTimeout"] >= 6 * time_out_s
        read.add(queue)

    assert read == set(queues) - set(dead_queues(expanded))


def test_a_message_in_any_dead_letter_queue_raises_an_alarm(expanded: Template) -> None:
    watched = {
        alarm["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in resources(expanded, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }

    assert watched == set(dead_queues(expanded))


def test_each_schedule_has_a_time_zone_a_retry_and_a_dead_letter_queue(expanded: Template) -> None:
    schedules = resources(expanded, "AWS::Scheduler::Schedule")

    assert schedules
    for schedule in schedules.values():
        properties = schedule["Properties"]
        assert properties["ScheduleExpressionTimezone"] == {"Ref": "TimeZone"}
        assert properties["Target"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
        assert properties["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead_queues(
            expanded
        )


def test_each_rule_of_the_bus_has_a_retry_and_a_dead_letter_queue(expanded: Template) -> None:
    for rule in resources(expanded, "AWS::Events::Rule").values():
        assert rule["Properties"]["EventBusName"] == {"Ref": "EventBus"}
        for target in rule["Properties"]["Targets"]:
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
            assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead_queues(expanded)


def test_the_template_holds_no_secret(source: Template) -> None:
    secrets = resources(source, "AWS::SecretsManager::Secret")

    assert {secret["Properties"]["Name"]["Fn::Sub"] for secret in secrets.values()} == {
        "tessera/${Stage}/keys",
        "tessera/${Stage}/apple",
        "tessera/${Stage}/google",
    }
    for secret in secrets.values():
        assert "SecretString" not in secret["Properties"]
        # Losing the keys would orphan every look-up and card, so they outlive the stack.
        assert secret["DeletionPolicy"].startswith("Retain")


def test_the_laptop_differs_from_the_cloud_by_parameters_only(
    expand_with: Callable[..., Template],
) -> None:
    cloud = expand_with()
    laptop = expand_with(PythonRuntime="python3.11", Architecture="x86_64", Stage="dev")

    assert cloud["Resources"].keys() - laptop["Resources"].keys() <= set(
        resources(cloud, "AWS::Lambda::Version")
    ) | set(resources(cloud, "AWS::Lambda::LayerVersion"))

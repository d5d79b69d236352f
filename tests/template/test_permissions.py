"""Least privilege: one role per function, single actions, exact resources."""

from __future__ import annotations

import json
import re

from tools.template.permissions import GOLDEN, permissions, table
from tools.template.read import Template, resources

WALLET_ROLES = {"WalletApiRole", "RefreshPassesRole", "PushCardFacesRole"}
WATCH_ROLE = "WatchCertificatesRole"
"""Tells how long a certificate is still good for, and signs nothing."""


def test_each_function_has_a_role_that_no_other_uses(expanded: Template) -> None:
    roles = [
        function["Properties"]["Role"]["Fn::GetAtt"][0]
        for function in resources(expanded, "AWS::Lambda::Function").values()
    ]

    assert len(roles) == len(set(roles))
    # The transform makes no role of its own, and the schedules have the one that is left.
    assert set(resources(expanded, "AWS::IAM::Role")) - set(roles) == {"SchedulerRole"}


def test_each_role_is_for_the_service_that_uses_it(expanded: Template) -> None:
    for logical_id, role in resources(expanded, "AWS::IAM::Role").items():
        trusted = [
            statement["Principal"]["Service"]
            for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        ]
        scheduler = logical_id == "SchedulerRole"
        assert trusted == ["scheduler.amazonaws.com" if scheduler else "lambda.amazonaws.com"]
        assert "ManagedPolicyArns" not in role["Properties"], logical_id


def test_no_permission_is_wider_than_one_action_on_one_resource(expanded: Template) -> None:
    for permission in permissions(expanded):
        assert "*" not in permission.action, permission
        # ListStreams has no narrower resource than the streams of the table.
        if permission.action == "dynamodb:ListStreams":
            continue
        # Of a bucket, one folder: what lies in it has names that nobody knows before.
        folder = re.fullmatch(r"\$\{\w+\.Arn\}/[\w-]+/\*", permission.resource)
        if not (permission.action.startswith("s3:") and folder):
            assert "*" not in permission.resource, permission


def test_permissions_are_those_that_were_reviewed(source: Template) -> None:
    assert table(source) == GOLDEN.read_text(encoding="utf-8"), "make golden, then review the diff"


def test_only_wallet_functions_read_the_keys_of_apple_and_google(expanded: Template) -> None:
    readers = {
        permission.role
        for permission in permissions(expanded)
        if permission.resource in {"AppleSecret.Id", "GoogleSecret.Id"}
    }
    apple = {
        permission.role
        for permission in permissions(expanded)
        if permission.resource == "AppleSecret.Id"
    }

    assert readers == WALLET_ROLES | {"UpdateGoogleCardsRole", WATCH_ROLE}
    assert apple == WALLET_ROLES | {WATCH_ROLE}


def test_only_the_outbox_publishes_events_and_only_as_tessera(expanded: Template) -> None:
    publishing = [
        permission
        for permission in permissions(expanded)
        if permission.action == "events:PutEvents"
    ]

    assert [permission.role for permission in publishing] == ["PublishChangesRole"]
    assert '"events:source": "tessera"' in publishing[0].condition


def test_nobody_scans_the_table(expanded: Template) -> None:
    """Only the verifier reads a whole index, which holds keys and nothing else."""
    scanned = {
        (permission.role, permission.resource)
        for permission in permissions(expanded)
        if permission.action == "dynamodb:Scan"
    }

    assert scanned == {("VerifyLedgerRole", "${Table.Arn}/index/due")}


def test_the_verifier_can_write_nothing_that_it_verifies(expanded: Template) -> None:
    writing = [
        permission
        for permission in permissions(expanded)
        if permission.role == "VerifyLedgerRole"
        and permission.action.startswith("dynamodb:")
        and not permission.action.endswith((":GetItem", ":Query", ":Scan"))
    ]

    assert [one.action for one in writing] == ["dynamodb:PutItem"]
    assert '"dynamodb:LeadingKeys": ["J#verification"]' in writing[0].condition


def test_who_reads_strangers_or_walks_the_index_touches_no_member(expanded: Template) -> None:
    """The authorizer judges what anybody sends; a pager names members and writes its place."""
    keys = {
        "AuthorizerRole": ["S#key#*", "S#till#*"],
        "FireBirthdayEventsRole": "J#cursor#*",
        "FireTierAnniversaryEventsRole": "J#cursor#*",
        "FireExpiryWarningEventsRole": "J#cursor#*",
        "ExpirePointsRole": "J#cursor#*",
    }
    for role, allowed in keys.items():
        guarded = [
            permission
            for permission in permissions(expanded)
            if permission.role == role
            and permission.resource == "Table.Arn"
            and (role == "AuthorizerRole" or not permission.action.endswith(("GetItem", "Query")))
        ]
        assert len(guarded) == 1, role
        condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": allowed}}
        assert json.loads(guarded[0].condition) == condition, role


def test_no_bucket_is_public(source: Template) -> None:
    buckets = resources(source, "AWS::S3::Bucket")
    assert len(buckets) == 2
    for bucket in buckets.values():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}


def test_uploads_are_written_by_one_function_and_forgotten_after_a_day(
    expanded: Template,
) -> None:
    bucket = resources(expanded, "AWS::S3::Bucket")["AssetsBucket"]["Properties"]
    rules = {one["Id"]: one for one in bucket["LifecycleConfiguration"]["Rules"]}
    touching = {
        (permission.role, permission.action)
        for permission in permissions(expanded)
        if "/uploads/" in permission.resource
    }

    assert {one["Prefix"] for one in rules.values()} == {"uploads/"}
    assert rules["ForgetUploads"]["ExpirationInDays"] == 1
    assert rules["ForgetUploads"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert touching == {("DesignApiRole", "s3:GetObject"), ("DesignApiRole", "s3:PutObject")}


def test_roots_are_locked_and_signed_by_one_function_alone(expanded: Template) -> None:
    bucket = resources(expanded, "AWS::S3::Bucket")["RootsBucket"]["Properties"]
    rule = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    signing = {
        permission.role for permission in permissions(expanded) if permission.action == "kms:Sign"
    }

    assert bucket["ObjectLockEnabled"] is True
    assert rule == {"Mode": {"Ref": "RootsLockMode"}, "Days": {"Ref": "RootsLockDays"}}
    assert signing == {"VerifyLedgerRole"}
    assert not {
        permission.action
        for permission in permissions(expanded)
        if "Bypass" in permission.action or "Retention" in permission.action
    }

"""`issue_api_key` and `get_user_profile`: both versions have them."""

import pytest
from dqops.client.types import UNSET

from support.directory import Directory, bearer, problem
from support.generated import FORMS, Generated, UserRole, user

# Of these, 0.4.1 knows all but the last ones; it keeps what it does not know.
PROFILE = """user tenant license_type trial_period_expires_at connections_limit users_limit months_limit
connection_tables_limit tables_limit jobs_limit data_domains_limit account_role
data_quality_data_warehouse_enabled can_manage_account can_view_any_object can_manage_scheduler
can_cancel_jobs can_run_checks can_delete_data can_collect_statistics can_manage_data_sources
can_synchronize can_edit_comments can_edit_labels can_manage_definitions can_compare_tables
can_manage_users can_manage_and_view_shared_credentials can_change_own_password can_use_data_domains
can_synchronize_to_data_catalog can_use_ai_anomaly_detection can_logout""".split()
MAY_BE_LEFT_OUT = {name for name in PROFILE if name.endswith("_limit")} - {"users_limit"}


@pytest.mark.parametrize("form", FORMS)
def test_an_issued_key_opens_the_directory(directory: Directory, form: str) -> None:
    key = Generated(directory).parsed("issue_api_key", form, 200)
    assert isinstance(key, str)
    assert key not in ("", directory.api_key)
    profile = directory.http.get("api/environment/profile", headers=bearer(key))
    assert (profile.status_code, profile.json()["user"]) == (200, directory.owner)
    listed = Generated(directory).with_key(key).parsed("get_all_users", form, 200)
    assert listed == [user(directory.owner, "admin")]


def test_an_issued_key_is_not_kept_on_the_way(directory: Directory) -> None:
    issued = Generated(directory).call("issue_api_key", "sync_detailed")
    assert issued.headers["cache-control"] == "no-store"
    assert issued.headers["content-type"] == "application/json"
    cross_site = directory.http.get("api/environment/issueapikey", headers={"Sec-Fetch-Site": "cross-site"})
    assert (cross_site.status_code, problem(cross_site)["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("form", FORMS)
def test_profile_of_the_owner(directory: Directory, form: str) -> None:
    profile = Generated(directory).parsed("get_user_profile", form, 200)
    assert profile.user == directory.owner
    assert profile.license_type == "TEAM", "an evaluation is one"
    assert profile.account_role is UserRole.ADMIN
    assert profile.users_limit == 5
    assert profile.can_manage_users is True
    assert profile.to_dict() == directory.http.get("api/environment/profile").json()


def test_profile_of_a_viewer(guarded: Directory) -> None:
    guarded.reset({"jane@example.com": "viewer"})
    api = Generated(guarded).with_key(guarded.key_of("jane@example.com"))
    profile = api.parsed("get_user_profile", "sync", 200)
    assert (profile.user, profile.license_type) == ("jane@example.com", "TEAM")
    assert profile.account_role is UserRole.VIEWER
    assert (profile.can_view_any_object, profile.can_manage_users) == (True, False)


def test_every_member_of_the_profile_is_there_in_order(directory: Directory) -> None:
    wire = directory.http.get("api/environment/profile").json()
    assert list(wire) == [name for name in PROFILE if name in wire]
    assert set(PROFILE) - set(wire) <= MAY_BE_LEFT_OUT
    assert None not in wire.values()
    profile = Generated(directory).parsed("get_user_profile", "sync", 200)
    for name in wire:
        value = getattr(profile, name, profile.additional_properties.get(name, UNSET))
        assert value is not UNSET, name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("operation", ["issue_api_key", "get_user_profile"])
def test_neither_without_a_key(guarded: Directory, operation: str, form: str) -> None:
    assert Generated(guarded).with_key(None).parsed(operation, form, 401) is None

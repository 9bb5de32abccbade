"""What each role may do, who signs, keys that end, and a service that does not open its doors by mistake."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jumou.api.groups import read_roles
from jumou.api.permissions import NEEDS
from jumou.domain.access import SCOPES, Principal, Role
from jumou.errors import InvalidRequest, NotAllowed
from jumou.storage import Accounts, open_database
from jumou.testing.serving import Serving

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}
ROLES = [str(role) for role in Role]


class Office:
    """A server with accounts, one workspace, and a key for each role."""

    def __init__(self, address: str, accounts: Accounts, keys: dict[str, str]) -> None:
        self.address, self.accounts, self.keys = address, accounts, keys

    def client(self, role: str) -> httpx.Client:
        """A client with the key of a role, or with the key given."""
        return httpx.Client(
            base_url=self.address, timeout=120, headers={"Authorization": f"Bearer {self.keys.get(role, role)}"}
        )


@pytest.fixture(scope="module")
def office(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    database = tmp_path_factory.mktemp("roles") / "jumou.db"
    engine = open_database(home, f"sqlite:///{database}")
    accounts = Accounts(engine)
    keys = {}
    for role in Role:
        accounts.set_member("default", f"{role}甲", role, by="test")
        keys[str(role)] = accounts.create_key("default", f"{role}甲", by="test").key
    with Serving(home, database, {"JUMOU_ACCOUNTS": "on"}, ("serve", "--no-pages")) as serving:
        yield Office(serving.address, accounts, keys)
    engine.dispose()


@pytest.fixture(scope="module")
def plan(office: Office) -> dict[str, Any]:
    with office.client("planner") as client:
        answer = client.post("/v1/plans", json={"profile": PROFILE})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def test_roles_are_ordered_and_each_may_do_what_the_one_before_may() -> None:
    assert Role.VIEWER < Role.PLANNER < Role.REVIEWER < Role.ADMIN
    assert [len(role.scopes) for role in Role] == [1, 2, 3, 4]
    narrow = Principal(user="脚本", role=Role.ADMIN, scopes=frozenset({"read"}), via="key")
    assert [narrow.may(scope) for scope in SCOPES] == [True, False, False, False]


def test_every_operation_says_what_it_needs(office: Office) -> None:
    document = httpx.get(f"{office.address}/openapi.json", timeout=60).json()
    named = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert named <= set(NEEDS)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_as_far_as_it_says(office: Office, plan: dict[str, Any], role: str) -> None:
    """One call of each kind; 403 exactly where the role does not reach."""
    plan_id, rank = plan["id"], ROLES.index(role)
    with office.client(role) as client:
        step = client.get(f"/v1/plans/{plan_id}/steps/diagnosis").json()["revision"]
        seen = {"If-Match": f'"{step["hash"]}"'}
        steps = f"/v1/plans/{plan_id}/steps/diagnosis"
        calls = [
            (0, client.get("/v1/plans")), (0, client.get(f"/v1/plans/{plan_id}/audit")),
            (0, client.get("/v1/search", params={"query": "轴承"})),
            (1, client.get("/v1/chats")), (1, client.get("/v1/batches")), (1, client.post("/v1/chats", json={})),
            (1, client.post(f"{steps}/comments", json={"text": "请核对"})),
            (1, client.post("/v1/project-lists", json={"profile": PROFILE})),
            (2, client.post(f"{steps}/reviews", json={"decision": "approve"}, headers=seen)),
            (2, client.post(f"/v1/plans/{plan_id}/adjustments/none/dismiss", json={"comment": "暂缓"})),
            (3, client.get("/v1/keys")), (3, client.get("/v1/members")), (3, client.get("/v1/audit")),
            (3, client.put("/v1/members/新人", json={"role": "viewer"})),
        ]  # fmt: skip
    for needed, answer in calls:
        assert (answer.status_code == 403) == (rank < needed), (role, answer.request.url, answer.text)
        if answer.status_code == 403:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:jumou:problem:NotAllowed"


def test_an_approval_is_bound_to_who_is_logged_in(office: Office, plan: dict[str, Any]) -> None:
    with office.client("reviewer") as client:
        steps = f"/v1/plans/{plan['id']}/steps/positioning"
        seen = {"If-Match": f'"{client.get(steps).json()["revision"]["hash"]}"'}
        posed = client.post(f"{steps}/reviews", json={"decision": "approve", "reviewer": "李处"}, headers=seen)
        assert (posed.status_code, "他人" in posed.json()["title"]) == (403, True)
        made = client.post(f"{steps}/reviews", json={"decision": "approve"}, headers=seen)
        assert made.json()["reviewer"] == "reviewer甲"
        again = client.post(f"{steps}/reviews", json={"decision": "approve", "reviewer": "reviewer甲"}, headers=seen)
        assert again.status_code == 201


def test_a_planner_cannot_approve_by_editing(office: Office, plan: dict[str, Any]) -> None:
    with office.client("planner") as client:
        steps = f"/v1/plans/{plan['id']}/steps/projects"
        item = client.get(steps).json()["revision"]["items"][0]
        sent = {"item_id": item["id"], "patch": {"merge": {"lead_body": "市工信局"}}, "approve": True}
        answer = client.patch(steps, json=sent, headers={"If-Match": f'"{item["hash"]}"'})
        assert answer.status_code == 403


def test_without_a_key_nothing_is_told(office: Office, plan: dict[str, Any]) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer jm_wrong"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "jm_session=x"},
    ):
        for path in (
            f"/v1/plans/{plan['id']}",
            "/v1/search?query=x",
            "/v1/schemas",
            "/openai/v1/models",
            "/v1/no-such",
        ):
            answer = httpx.get(f"{office.address}{path}", headers=headers, timeout=60)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="jumou"')
    told = httpx.get(f"{office.address}/v1/plans?language=en", timeout=60).json()
    assert told["title"].startswith("Log in")
    assert httpx.get(f"{office.address}/healthz", timeout=60).status_code == 200


def test_a_narrow_key_reaches_no_further_than_it_was_made_for(office: Office) -> None:
    made = office.accounts.create_key("default", "admin甲", by="test", scopes=("read",))
    with office.client(made.key) as client:
        assert client.get("/v1/plans").status_code == 200
        assert client.post("/v1/chats", json={}).status_code == 403
        assert client.get("/v1/keys").status_code == 403


def test_a_key_is_shown_once_and_ends_when_it_is_revoked_or_past(office: Office) -> None:
    with office.client("admin") as admin:
        made = admin.post("/v1/keys", json={"user": "planner甲", "label": "脚本", "scopes": ["read"], "days": 1}).json()
        key, about = made["key"], made["about"]
        assert key.startswith(about["prefix"])
        assert key not in admin.get("/v1/keys").text
        with office.client(key) as client:
            assert client.get("/v1/me").json()["principal"]["user"] == "planner甲"
            assert admin.delete(f"/v1/keys/{about['id']}").json()["revoked_at"]
            assert client.get("/v1/me").status_code == 401
        kept = next(one for one in admin.get("/v1/keys").json()["keys"] if one["id"] == about["id"])
        assert kept["used_at"]
    past = office.accounts.create_key("default", "planner甲", by="test", days=0)
    with office.client(past.key) as client:
        assert client.get("/v1/me").status_code == 401


def test_a_member_who_is_taken_out_is_out(office: Office) -> None:
    office.accounts.set_member("default", "过客", Role.PLANNER, by="test")
    key = office.accounts.create_key("default", "过客", by="test").key
    with office.client(key) as client, office.client("admin") as admin:
        assert client.get("/v1/me").status_code == 200
        assert admin.delete("/v1/members/过客").status_code == 204
        assert client.get("/v1/me").status_code == 401


def test_looking_a_key_up_costs_next_to_nothing(office: Office) -> None:
    """A request with a key beside one that needs none, medians of many: well under a millisecond between them."""

    def median(path: str, client: httpx.Client) -> float:
        times = []
        for _ in range(60):
            began = time.perf_counter()
            assert client.get(path).status_code == 200
            times.append(time.perf_counter() - began)
        return sorted(times)[30]

    with office.client("viewer") as client:
        median("/v1/samples", client)
        assert median("/v1/samples", client) - median("/healthz", client) < 0.02


def test_only_digests_of_keys_are_kept(office: Office) -> None:
    folder = Path(str(office.accounts._engine.url.database)).parent
    content = b"".join(path.read_bytes() for path in folder.glob("jumou.db*") if path.is_file())
    assert content
    for key in office.keys.values():
        assert key.encode() not in content


def test_names_are_proven_with_accounts_and_given_without() -> None:
    proven = Principal(user="张工", role=Role.REVIEWER, scopes=Role.REVIEWER.scopes, via="key")
    assert proven.signs("") == proven.signs("张工") == "张工"
    with pytest.raises(NotAllowed):
        proven.signs("李处")
    local = Principal(user="local", role=Role.ADMIN, scopes=Role.ADMIN.scopes)
    assert (local.signs("李处"), local.signs("", "api")) == ("李处", "api")
    with pytest.raises(InvalidRequest):
        local.signs(" ")


@pytest.mark.parametrize("command", [("serve", "--no-pages"), ("mcp", "--http")])
def test_it_does_not_serve_others_without_accounts_by_mistake(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = {**os.environ, "JUMOU_HOME": str(tmp_path), "JUMOU_ACCOUNTS": "off"}
    started = subprocess.run(
        [sys.executable, "-m", "jumou.cli.main", *command, "--host", "0.0.0.0", "--port", "1"], check=False,  # noqa: S104 - refused
        env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert started.returncode == 2
    assert "JUMOU_ACCOUNTS=on" in started.stderr
    assert "--without-accounts" in started.stderr


def test_the_first_admin_is_made_on_the_machine(tmp_path: Path) -> None:
    """`jumou keys create NAME --role admin`, then `list` and `revoke`; workspaces and members likewise."""

    def jumou(*words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "jumou.cli.main", *words, "--json"], check=False, capture_output=True, text=True,
            timeout=120, env={**os.environ, "JUMOU_HOME": str(tmp_path), "JUMOU_DATABASE_URL": ""},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    made = jumou("keys", "create", "张工", "--role", "admin", "--label", "首位管理员")
    assert made["about"]["scopes"] == list(SCOPES)
    assert [one["id"] for one in jumou("keys", "list")] == [made["about"]["id"]]
    assert jumou("keys", "revoke", made["about"]["id"])["revoked_at"]
    jumou("workspaces", "create", "beta", "--title", "乙局")
    assert [one["id"] for one in jumou("workspaces", "list")] == ["beta", "default"]
    assert jumou("workspaces", "members", "beta", "--add", "李工", "--role", "reviewer")[0]["role"] == "reviewer"


def test_settings_of_groups_that_make_no_sense_are_said() -> None:
    assert read_roles("局=default:reviewer, a=b=x-1:viewer") == [
        ("局", "default", Role.REVIEWER), ("a=b", "x-1", Role.VIEWER),
    ]  # fmt: skip
    assert read_roles("CN=规划处,OU=市局=default:admin; x=yi:viewer")[0] == ("CN=规划处,OU=市局", "default", Role.ADMIN)
    with pytest.raises(InvalidRequest):
        read_roles("局=default")

//! The contract's table: what every state of the licence allows, row by row.

use dqops_users_domain::Role;
use dqops_users_trust::{Trial, promise};
use serde_json::{Value, json};

use crate::{
    stage::{ADMIN, STRONG, Stage, Store, model, on_both_stores, path_of},
    vendor,
};

on_both_stores!(
    team_does_all_but_data_domain_roles,
    enterprise_does_all,
    over_its_seats_a_licence_only_refuses_to_add,
    a_lapsed_licence_only_takes_away,
    a_new_installation_runs_an_evaluation_until_it_is_over,
    free_and_personal_come_down_to_one_seat_and_no_further,
);

const UNTIL: &str = "2026-02-01T00:00:00Z";
const TARGET: &str = "target@example.com";

type Expected = (u16, &'static str);
const DONE: Expected = (204, "");
const ADDED: Expected = (201, "");
const REQUIRED: Expected = (403, "licence_required");
const EXPIRED: Expected = (403, "licence_expired");
const LIMIT: Expected = (400, "user_limit_reached");

/// A row: what is answered to each gated operation.
struct Row {
    create: Expected,
    lower: Expected,
    widen: Expected,
    lower_in_domain: Expected,
    widen_in_domain: Expected,
    delete: Expected,
}

/// A directory with the admin, a target, and further users up to a number. Under ENTERPRISE the
/// target is an operator in the root domain.
async fn directory_of(store: Store, users: u32) -> Stage {
    let stage = Stage::on(store).await;
    stage.install("ENTERPRISE", 1000).await;
    if users > 1 {
        stage.add(TARGET, Role::Operator).await;
        let body = json!({"email": TARGET, "dataDomainRoles": {"(default)": "operator"}});
        stage.put(&path_of(TARGET)).json(&body).send().await.gives_nothing(204);
    }
    for number in 2..users {
        stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
    }
    stage
}

async fn lapsed(store: Store, users: u32, kind: &str, seats: u32) -> Stage {
    let stage = directory_of(store, users).await;
    stage.install_token(&vendor::licence(kind, seats, Some(UNTIL), &json!({}))).await;
    stage.clock.set(UNTIL);
    stage
}

async fn licensed(store: Store, users: u32, kind: &str, seats: u32) -> Stage {
    let stage = directory_of(store, users).await;
    stage.install(kind, seats).await;
    stage
}

/// What no state of the licence refuses.
async fn assert_open(stage: &Stage, target: &str) {
    stage.get("/api/users").send().await.gives(200);
    stage.get("/api/users?limit=1").send().await.gives(200);
    stage.get(&path_of(target)).send().await.gives(200);
    stage.get("/api/environment/profile").send().await.gives(200);
    stage.get("/api/environment/issueapikey").send().await.gives(200);
    let password = stage.put(&format!("/api/users/{target}/password")).json(&json!(STRONG));
    password.send().await.gives_nothing(204);
    stage.put("/api/mypassword").json(&json!(STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(target, STRONG).await, "signing in");
    let same = stage.put(&path_of(target)).json(&json!({"email": target}));
    same.send().await.gives_nothing(204);
}

async fn assert_row(trial: &Trial, case: &str, stage: &Stage, target: &str, row: Row) {
    assert_open(stage, target).await;
    let check = |what: &str, answer: crate::answer::Answer, (status, code): Expected| {
        assert_eq!(answer.status, status, "{case}: {what}: {}", answer.text());
        if status < 400 {
            answer.gives_nothing(status);
        } else {
            answer.refuses(status, code);
        }
    };
    let create = stage.post("/api/users").json(&model("new@example.com", "viewer"));
    check("create", create.send().await, row.create);
    let put = async |body: Value| stage.put(&path_of(target)).json(&body).send().await;
    let domain = |role: &str| json!({"email": target, "dataDomainRoles": {"(default)": role}});
    check("lower in a domain", put(domain("viewer")).await, row.lower_in_domain);
    check("widen in a domain", put(domain("editor")).await, row.widen_in_domain);
    check("lower", put(model(target, "viewer")).await, row.lower);
    check("widen", put(model(target, "editor")).await, row.widen);
    check("delete", stage.delete(&path_of(target)).send().await, row.delete);
    trial.tried(ROW);
}

/// Requests of [`assert_row`].
const ROW: usize = 15;

const TEAM: Row = Row {
    create: ADDED,
    lower: DONE,
    widen: DONE,
    lower_in_domain: REQUIRED,
    widen_in_domain: REQUIRED,
    delete: DONE,
};
const ENTERPRISE: Row = Row { lower_in_domain: DONE, widen_in_domain: DONE, ..TEAM };
const TEAM_IS_OVER: Row = Row { create: EXPIRED, widen: EXPIRED, ..TEAM };

async fn team_does_all_but_data_domain_roles(store: Store) {
    let trial = promise("L3", "TEAM", store.ground());
    assert_row(&trial, "TEAM", &licensed(store, 3, "TEAM", 4).await, TARGET, TEAM).await;
    let at_its_seats = Row { create: LIMIT, ..TEAM };
    assert_row(
        &trial,
        "TEAM at its seats",
        &licensed(store, 3, "TEAM", 3).await,
        TARGET,
        at_its_seats,
    )
    .await;
}

async fn enterprise_does_all(store: Store) {
    let trial = promise("L3", "ENTERPRISE", store.ground());
    assert_row(
        &trial,
        "ENTERPRISE",
        &licensed(store, 3, "ENTERPRISE", 4).await,
        TARGET,
        ENTERPRISE,
    )
    .await;
    let full = licensed(store, 3, "ENTERPRISE", 3).await;
    assert_row(&trial, "ENTERPRISE full", &full, TARGET, Row { create: LIMIT, ..ENTERPRISE }).await;
}

async fn over_its_seats_a_licence_only_refuses_to_add(store: Store) {
    let trial = promise("L3", "over its seats", store.ground());
    let over = licensed(store, 4, "TEAM", 2).await;
    assert_row(&trial, "TEAM over", &over, TARGET, Row { create: LIMIT, ..TEAM }).await;
    let over = licensed(store, 4, "ENTERPRISE", 2).await;
    assert_row(&trial, "ENTERPRISE over", &over, TARGET, Row { create: LIMIT, ..ENTERPRISE }).await;
}

async fn a_lapsed_licence_only_takes_away(store: Store) {
    let trial = promise("L3", "lapsed", store.ground());
    assert_row(&trial, "TEAM lapsed", &lapsed(store, 3, "TEAM", 9).await, TARGET, TEAM_IS_OVER)
        .await;
    let row = Row { create: EXPIRED, widen: EXPIRED, widen_in_domain: EXPIRED, ..ENTERPRISE };
    assert_row(&trial, "ENTERPRISE lapsed", &lapsed(store, 3, "ENTERPRISE", 9).await, TARGET, row)
        .await;
}

#[tokio::test]
async fn a_licence_lapses_at_its_very_moment() {
    let stage = lapsed(Store::Sqlite, 2, "TEAM", 9).await;
    let create =
        async |name: &str| stage.post("/api/users").json(&model(name, "viewer")).send().await;
    stage.clock.set("2026-01-31T23:59:59Z");
    create("a@example.com").await.gives_nothing(201);
    stage.clock.set(UNTIL);
    let detail = create("b@example.com").await.refuses(403, "licence_expired");
    assert!(detail.contains("lapsed"), "{detail}");
    stage.install("TEAM", 9).await;
    create("b@example.com").await.gives_nothing(201);
}

async fn a_new_installation_runs_an_evaluation_until_it_is_over(store: Store) {
    let trial = promise("L3", "the evaluation", store.ground());
    let evaluation = async |users| {
        let stage = directory_of(store, users).await;
        stage.directory.remove_licence(&stage.operator()).await.unwrap();
        stage
    };
    assert_row(&trial, "evaluation", &evaluation(4).await, TARGET, TEAM).await;
    let full = Row { create: LIMIT, ..TEAM };
    assert_row(&trial, "evaluation full", &evaluation(5).await, TARGET, full).await;
    let over = evaluation(4).await;
    over.clock.set("2026-01-31T00:00:00Z");
    assert_row(&trial, "evaluation over", &over, TARGET, TEAM_IS_OVER).await;
}

const ONE_SEAT: Row = Row {
    create: REQUIRED,
    lower: REQUIRED,
    widen: REQUIRED,
    lower_in_domain: REQUIRED,
    widen_in_domain: REQUIRED,
    delete: REQUIRED,
};

async fn free_and_personal_come_down_to_one_seat_and_no_further(store: Store) {
    let trial = promise("L3", "one seat", store.ground());
    for kind in ["FREE", "PERSONAL"] {
        let case = format!("{kind} with more users");
        let more = Row { lower: DONE, delete: DONE, ..ONE_SEAT };
        assert_row(&trial, &case, &licensed(store, 3, kind, 1).await, TARGET, more).await;
        // Whatever number of seats stands in it.
        let more = Row { lower: DONE, delete: DONE, ..ONE_SEAT };
        assert_row(&trial, &case, &licensed(store, 3, kind, 50).await, TARGET, more).await;
        let case = format!("{kind} with its one user");
        assert_row(&trial, &case, &licensed(store, 1, kind, 1).await, ADMIN, ONE_SEAT).await;
    }
}

#[tokio::test]
async fn a_refusal_says_what_the_licence_lacks() {
    let stage = licensed(Store::Sqlite, 1, "FREE", 1).await;
    let create = stage.post("/api/users").json(&model(TARGET, "viewer"));
    let detail = create.send().await.refuses(403, "licence_required");
    assert!(detail.contains("FREE") && detail.contains("TEAM or ENTERPRISE"), "{detail}");
}

#[tokio::test]
async fn a_role_that_lacks_the_permission_is_told_of_that_and_not_of_the_licence() {
    let stage = licensed(Store::Sqlite, 3, "FREE", 1).await;
    let key = stage.key_of(TARGET, dqops_users_service::KeyLifetime::Default).await;
    let create = stage.post("/api/users").by(&key).json(&model("new@example.com", "viewer"));
    create.send().await.refuses(403, "permission_denied");
    stage.delete(&path_of(ADMIN)).by(&key).send().await.refuses(403, "permission_denied");
}

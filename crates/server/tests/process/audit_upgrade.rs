//! An update from a version without the chain of the audit trail: what was written before gets it.

use serde_json::json;
use sqlx::{
    Connection as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{
    place::{Place, Store, on_both_stores},
    server::Server,
    time::block_on,
};

on_both_stores!(
    entries_from_before_the_chain_are_sealed_once_and_verify,
    servers_that_start_together_on_an_old_trail_seal_it_once,
    a_program_from_before_the_chain_cannot_go_on_without_it,
);

macro_rules! before_the_chain {
    ($dialect:literal) => {
        [
            (
                1,
                "directory",
                include_str!(concat!("../../../../migrations/", $dialect, "/0001_directory.sql")),
            ),
            (
                2,
                "sign_in",
                include_str!(concat!("../../../../migrations/", $dialect, "/0002_sign_in.sql")),
            ),
        ]
    };
}

fn migrator(migrations: [(i64, &'static str, &'static str); 2]) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        let sql = sqlx::SqlSafeStr::into_sql_str(sql);
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(migrations.map(migration).to_vec())
}

/// A database as the version before the chain left it, with 1,203 entries and, on Postgres, gaps.
fn old(store: Store) -> Place {
    let place = Place::new(store);
    block_on(async {
        match store {
            Store::Sqlite => {
                let url = format!("{}?mode=rwc", place.url());
                let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
                migrator(before_the_chain!("sqlite")).run(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Store::Postgres => {
                let mut connection = sqlx::PgConnection::connect(place.url()).await.unwrap();
                migrator(before_the_chain!("postgres")).run(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    });
    place.raw_either(
        "INSERT INTO audit (id, at, actor, action, subject, before_state, after_state) \
         WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1203) \
         SELECT randomblob(16), 1767225600000000 + n, '(local operator)', 'user_updated', \
             'user' || n || '@example.com', '{\"accountRole\":\"viewer\"}', NULL FROM number",
        "INSERT INTO audit (id, at, actor, action, subject, before_state, after_state) \
         SELECT gen_random_uuid(), 1767225600000000 + n, '(local operator)', 'user_updated', \
             'user' || n || '@example.com', '{\"accountRole\":\"viewer\"}', NULL \
         FROM generate_series(1, 1200) n; \
         ALTER TABLE audit ALTER COLUMN sequence RESTART WITH 1210; \
         INSERT INTO audit (id, at, actor, action, subject, before_state, after_state) \
         SELECT gen_random_uuid(), 1767225600000000 + n, '(local operator)', 'user_updated', \
             'user' || n || '@example.com', '{\"accountRole\":\"viewer\"}', NULL \
         FROM generate_series(1201, 1203) n",
    );
    place
}

const fn last(store: Store) -> u64 {
    match store {
        Store::Sqlite => 1203,
        Store::Postgres => 1212,
    }
}

fn entries_from_before_the_chain_are_sealed_once_and_verify(store: Store) {
    let place = old(store);
    place.cli(&["migrate"]).succeeds();
    place.cli(&["audit", "export", "first.jsonl"]).succeeds();
    let sealed = place.cli(&["audit", "verify", "--json"]).json();
    assert_eq!(
        (&sealed["entries"], &sealed["head"]["number"]),
        (&json!(1203), &json!(last(store)))
    );
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    let verified = place.cli(&["audit", "verify", "--against", "first.jsonl", "--json"]).json();
    assert_eq!(verified["head"]["number"], last(store) + 1);
    let listed = place.cli(&["audit", "list", "--user", "user1203@example.com", "--json"]).json();
    assert_eq!(listed[0]["at"], "2026-01-01T00:00:00.001203Z");
    place.drop_audit_guards();
    place.raw("UPDATE audit SET subject = 'eve@example.com' WHERE sequence = 700");
    let said = place.cli(&["audit", "verify"]).fails(1);
    assert!(said.contains("entry 700 was edited"), "{said}");
}

fn servers_that_start_together_on_an_old_trail_seal_it_once(store: Store) {
    let place = old(store);
    let servers = [(); 3].map(|()| place.server().spawn()).map(Server::new);
    servers[0].set_up();
    for server in servers {
        let log = server.log();
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
        server.stop();
    }
    // Setting up wrote two entries: the admin, and its key.
    let verified = place.cli(&["audit", "verify", "--json"]).json();
    assert_eq!(verified["head"]["number"], last(store) + 2);
}

fn a_program_from_before_the_chain_cannot_go_on_without_it(store: Store) {
    let place = old(store);
    place.cli(&["migrate"]).succeeds();
    let refused = place.try_raw_either(
        "INSERT INTO audit (id, at, actor, action, subject) \
         VALUES (randomblob(16), 0, '(local operator)', 'licence_removed', 'x')",
        "INSERT INTO audit (id, at, actor, action, subject) \
         VALUES (gen_random_uuid(), 0, '(local operator)', 'licence_removed', 'x')",
    );
    assert!(refused.unwrap_err().contains("an audit entry follows the last one, with its hash"));
}

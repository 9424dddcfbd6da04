//! Cases on whole tables that are carried from one storage to another.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{Epoch, Role};
use uuid::Uuid;

use super::{Fixture, insert, new_user, run};
use crate::{
    BulkReader, ColumnKind, EpochLease, SharedStorage, StorageError, StoredRow, Table, bulk::Cell,
};

/// More than one statement adds, and than one page of the test holds.
const ROWS: usize = 230;

const PAGE: u32 = 40;

/// Whoever adds a table or a column with a migration, must add it to [`Table`]: else a backup lacks it.
pub async fn every_column_of_the_schema_is_carried(fixture: &dyn Fixture) {
    fixture.open().await;
    let mut schema = fixture.columns().await;
    schema.retain(|(table, _)| table != "_sqlx_migrations");
    schema.sort();
    let mut carried: Vec<_> = Table::ALL
        .into_iter()
        .flat_map(|table| table.columns().iter().map(move |(column, _)| (table.name(), *column)))
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    carried.sort();
    assert_eq!(carried, schema);
}

fn text(table: Table, column: &str, n: usize) -> String {
    match column {
        "email" => format!("{}{n}@x.pl", ["a", "Z", "\u{e9}", "\u{1F98A}"][n % 4]),
        "account_role" | "role" => "editor".to_owned(),
        "name" if table == Table::DataDomains => format!("domain {n}"),
        "data_domain" => format!("domain {n}"),
        _ => format!("{column} {n} ' \" \\ \u{1F98A}\n"),
    }
}

fn integer(column: &str, n: usize) -> i64 {
    match column {
        "only_row" => 1,
        "is_loading" => 0,
        "is_requested" => i64::try_from(n % 2).unwrap(),
        // A gap at the beginning and further ones, as the times before the chain left.
        "sequence" => i64::try_from(3 * n + 7).unwrap(),
        "epoch" => i64::MAX >> 10,
        "user_count" => 230,
        _ => i64::try_from(n).unwrap() - 5,
    }
}

/// Of the columns that may be empty, some are.
fn is_left_out(table: Table, column: &str, n: usize) -> bool {
    let may_be = match table {
        Table::ApiKeys => ["expires_at", "last_used_at"].contains(&column),
        Table::DataDomains => column == "removed_at",
        Table::Audit => ["before_state", "after_state", "hash"].contains(&column),
        _ => false,
    };
    may_be && n % 3 == 1
}

/// Rows with something in every column, in the order of the key.
fn rows(table: Table) -> Vec<StoredRow> {
    let count = if table == Table::Directory { 1 } else { ROWS };
    let cell = |column: &str, kind, n: usize| {
        let is_there = !is_left_out(table, column, n);
        match kind {
            ColumnKind::Integer | ColumnKind::Time => {
                Cell::Integer(is_there.then(|| integer(column, n)))
            }
            ColumnKind::Text => Cell::Text(is_there.then(|| text(table, column, n))),
            ColumnKind::Bytes => {
                let bytes = || [n.to_be_bytes(), [0xa5; 8], [0; 8], n.to_le_bytes()].concat();
                Cell::Bytes(is_there.then(bytes))
            }
            ColumnKind::Uuid => Cell::Uuid(Uuid::from_u128((n as u128) << 100 | n as u128)),
        }
    };
    let row =
        |n| StoredRow(table.columns().iter().map(|(name, kind)| cell(name, *kind, n)).collect());
    let mut rows: Vec<_> = (0..count).map(row).collect();
    rows.sort_by(|one, other| one.0[..table.key_length()].cmp(&other.0[..table.key_length()]));
    rows
}

async fn load(store: &SharedStorage, refuse: bool) -> Result<(), StorageError> {
    run(&**store, move |unit| {
        Box::pin(async move {
            unit.begin_load().await?;
            for table in Table::ALL {
                unit.load_rows(table, &rows(table)).await?;
            }
            for table in Table::ALL {
                assert!(read(unit, table).await == rows(table), "{}", table.name());
            }
            unit.end_load().await?;
            unit.follow_loaded_epoch().await?;
            if refuse { Err(StorageError::NotFound("a reason")) } else { Ok(()) }
        })
    })
    .await
}

/// All rows of a table, page by page.
async fn read<R: BulkReader + ?Sized>(reader: &mut R, table: Table) -> Vec<StoredRow> {
    let mut all = Vec::new();
    loop {
        let page = reader.rows_after(table, all.last(), PAGE).await.unwrap();
        if page.is_empty() {
            return all;
        }
        assert!(page.len() <= usize::try_from(PAGE).unwrap());
        all.extend(page);
    }
}

pub async fn every_row_is_carried_as_it_stands(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    load(&store, false).await.unwrap();
    let mut reader = store.read().await.unwrap();
    for table in Table::ALL {
        let wanted = rows(table);
        assert_eq!(reader.count_rows(table).await.unwrap(), wanted.len() as u64);
        if table != Table::Directory {
            assert!(read(&mut *reader, table).await == wanted, "{}", table.name());
        }
    }
}

pub async fn a_refused_load_leaves_what_was_there(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let before = all(&store).await;
    let epoch = store.read_epoch().await.unwrap();
    assert!(matches!(load(&store, true).await, Err(StorageError::NotFound(_))));
    assert!(all(&store).await == before);
    assert_eq!(store.read_epoch().await.unwrap(), epoch);
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    assert_eq!(store.read().await.unwrap().count_users().await.unwrap(), 1);
}

async fn all(store: &SharedStorage) -> Vec<Vec<StoredRow>> {
    let mut reader = store.read().await.unwrap();
    let mut all = Vec::new();
    for table in Table::ALL {
        all.push(read(&mut *reader, table).await);
    }
    all
}

/// Caches of other processes go by the epoch, and versions of users must not be used twice.
pub async fn a_loaded_directory_has_an_epoch_of_its_own(fixture: &dyn Fixture) {
    let (here, there) = (fixture.open().await, fixture.open().await);
    let before = there.epoch().await.unwrap();
    load(&here, false).await.unwrap();
    tokio::time::sleep(EpochLease::LENGTH).await;
    let epoch = there.epoch().await.unwrap();
    let loaded = Epoch(u64::try_from(integer("epoch", 0)).unwrap());
    assert!(epoch > loaded && epoch > before, "{epoch}");
    assert_eq!(here.epoch().await.unwrap(), epoch);
}

pub async fn the_trail_is_guarded_again_after_a_load(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    load(&store, false).await.unwrap();
    for change in [
        "INSERT INTO audit (sequence, id, at, actor, action, subject) \
            SELECT max(a.sequence) + 1, u.id, 0, 'a', 'b', 'c' FROM audit a, users u \
            WHERE u.email = 'a0@x.pl' GROUP BY u.id",
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
    ] {
        assert!(fixture.raw(change).await.is_err(), "{change}");
    }
}

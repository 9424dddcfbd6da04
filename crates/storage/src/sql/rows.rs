//! Inserting many rows with few statements: on Postgres each costs a way to the server and back.

use super::{SqlConnection, SqlSession, Value};
use crate::StorageError;

/// Rows that one statement inserts where there are so many.
const AT_ONCE: usize = 64;

/// The statements that insert rows into a table.
pub(super) struct RowInsert {
    one: String,
    many: String,
}

impl RowInsert {
    /// Into a table and its columns, so many, with what stands at the end of the statement.
    pub(super) fn new(into: &str, columns: usize, end: &str) -> Self {
        let statement = |rows: usize| {
            let row = |row: usize| {
                let places: Vec<_> =
                    (1..=columns).map(|place| format!("${}", row * columns + place)).collect();
                format!("({})", places.join(", "))
            };
            let rows: Vec<_> = (0..rows).map(row).collect();
            format!("INSERT INTO {into} VALUES {} {end}", rows.join(", "))
        };
        Self { one: statement(1), many: statement(AT_ONCE) }
    }
}

impl<C: SqlConnection> SqlSession<C> {
    /// Inserts rows in their order. Answers how many there were inserted.
    pub(super) async fn insert_rows<const COLUMNS: usize>(
        &mut self,
        insert: &'static RowInsert,
        rows: &[[Value<'_>; COLUMNS]],
    ) -> Result<u64, StorageError> {
        let mut inserted = 0;
        let (many, rest) = rows.as_chunks::<AT_ONCE>();
        for rows in many {
            inserted += self.execute(&insert.many, rows.as_flattened()).await?;
        }
        for row in rest {
            inserted += self.execute(&insert.one, row).await?;
        }
        Ok(inserted)
    }
}

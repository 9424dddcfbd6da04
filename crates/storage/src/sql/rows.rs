//! Inserting many rows with few statements: on Postgres each costs a way to the server and back.

use super::{SqlConnection, SqlSession, Value};
use crate::StorageError;

/// Rows that one statement inserts where there are so many.
const AT_ONCE: usize = 64;

/// The statements that insert rows into a table.
pub(super) struct RowInsert {
    columns: usize,
    one: String,
    many: String,
}

impl RowInsert {
    /// Into a table and its columns, so many, with what stands at the end of the statement.
    pub(super) fn new(into: &str, columns: usize, end: &str) -> Self {
        let statement = |rows: usize| {
            let rows: Vec<_> = (0..rows).map(|row| places(1 + row * columns, columns)).collect();
            format!("INSERT INTO {into} VALUES {} {end}", rows.join(", "))
        };
        Self { columns, one: statement(1), many: statement(AT_ONCE) }
    }
}

/// Places of a statement: `($2, $3)`.
pub(super) fn places(first: usize, length: usize) -> String {
    let places: Vec<_> = (first..first + length).map(|number| format!("${number}")).collect();
    format!("({})", places.join(", "))
}

impl<C: SqlConnection> SqlSession<C> {
    /// Inserts rows, whose values come one after the other. Answers how many there were inserted.
    pub(super) async fn insert_rows(
        &mut self,
        insert: &'static RowInsert,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        let mut inserted = 0;
        let (many, one) = (insert.columns * AT_ONCE, insert.columns);
        let (full, rest) = values.split_at(values.len() / many * many);
        for rows in full.chunks_exact(many) {
            inserted += self.execute(&insert.many, rows).await?;
        }
        for row in rest.chunks_exact(one) {
            inserted += self.execute(&insert.one, row).await?;
        }
        Ok(inserted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;

    #[test]
    fn statements_name_every_value() {
        let insert = RowInsert::new("cups (kind, size)", 2, "ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.one,
            "INSERT INTO cups (kind, size) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        );
        assert!(insert.many.contains("VALUES ($1, $2), ($3, $4), "));
        assert!(insert.many.contains("($127, $128) ON"));
    }

    /// The bound of Postgres is 65,535 and that of `SQLite` 32,766.
    #[test]
    fn no_statement_has_too_many_values() {
        for table in Table::ALL {
            assert!(table.columns().len() * AT_ONCE < 32_766, "{}", table.name());
        }
    }
}

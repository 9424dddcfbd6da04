//! Statements on whole tables, made from the description of each.

use std::sync::LazyLock;

use async_trait::async_trait;

use super::{
    SqlConnection, SqlSession, Value,
    connection::Row,
    directory::stored_epoch,
    rows::{RowInsert, places},
};
use crate::{BulkReader, BulkWriter, ColumnKind, StorageError, StoredRow, Table, bulk::Cell};

struct Statements {
    count: String,
    first: String,
    after: String,
    insert: RowInsert,
}

static STATEMENTS: LazyLock<Vec<Statements>> =
    LazyLock::new(|| Table::ALL.into_iter().map(Statements::of).collect());

impl Statements {
    fn of(table: Table) -> Self {
        let name = table.name();
        let names: Vec<_> = table.columns().iter().map(|(name, _)| *name).collect();
        let (columns, key) = (names.join(", "), names[..table.key_length()].join(", "));
        let select = format!("SELECT {columns} FROM {name}");
        Self {
            count: format!("SELECT count(*) FROM {name}"),
            first: format!("{select} ORDER BY {key} LIMIT $1"),
            after: format!(
                "{select} WHERE ({key}) > {} ORDER BY {key} LIMIT $1",
                places(2, table.key_length())
            ),
            insert: RowInsert::new(&format!("{name} ({columns})"), names.len(), ""),
        }
    }

    fn on(table: Table) -> &'static Self {
        &STATEMENTS[table as usize]
    }
}

#[async_trait]
impl<C: SqlConnection> BulkReader for SqlSession<C> {
    async fn count_rows(&mut self, table: Table) -> Result<u64, StorageError> {
        self.prepare_for_bulk().await?;
        let number = self.number(&Statements::on(table).count, &[]).await?;
        Ok(number.unsigned_abs())
    }

    async fn rows_after(
        &mut self,
        table: Table,
        after: Option<&StoredRow>,
        limit: u32,
    ) -> Result<Vec<StoredRow>, StorageError> {
        let mut bound = vec![Value::Integer(limit.into())];
        let sql = match after {
            None => &Statements::on(table).first,
            Some(row) => {
                bound.extend(row.0.iter().take(table.key_length()).map(Value::from));
                &Statements::on(table).after
            }
        };
        let mut rows = Vec::new();
        let mut push = |row: &dyn Row| {
            rows.push(stored_row(table, row)?);
            Ok(())
        };
        self.visit(sql, &bound, &mut push).await?;
        Ok(rows)
    }
}

#[async_trait]
impl<C: SqlConnection> BulkWriter for SqlSession<C> {
    async fn begin_load(&mut self) -> Result<(), StorageError> {
        self.prepare_for_bulk().await?;
        self.execute("DELETE FROM data_domains", &[]).await?;
        self.execute("DELETE FROM setup_codes", &[]).await?;
        self.execute("UPDATE directory SET is_loading = 1", &[]).await?;
        Ok(())
    }

    async fn load_rows(&mut self, table: Table, rows: &[StoredRow]) -> Result<(), StorageError> {
        match table {
            Table::Directory => {
                self.execute("DELETE FROM directory", &[]).await?;
                self.changes.record = None;
            }
            Table::Audit => self.changes.audit_head = None,
            _ => {}
        }
        let values: Vec<_> = rows.iter().flat_map(|row| &row.0).map(Value::from).collect();
        self.insert_rows(&Statements::on(table).insert, &values).await?;
        Ok(())
    }

    async fn end_load(&mut self) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET is_loading = 0", &[]).await?;
        Ok(())
    }

    async fn follow_loaded_epoch(&mut self) -> Result<(), StorageError> {
        let loaded = self.number("SELECT epoch FROM directory", &[]).await?;
        self.follow(stored_epoch(loaded)?);
        self.note_change();
        Ok(())
    }
}

impl<'c> From<&'c Cell> for Value<'c> {
    fn from(cell: &'c Cell) -> Self {
        match cell {
            Cell::Integer(number) => Self::OptionalInteger(*number),
            Cell::Text(text) => Self::OptionalText(text.as_deref()),
            Cell::Bytes(bytes) => Self::OptionalBytes(bytes.as_deref()),
            Cell::Uuid(id) => Self::Uuid(*id),
        }
    }
}

fn stored_row(table: Table, row: &dyn Row) -> Result<StoredRow, StorageError> {
    let kinds = table.columns().iter().map(|(_, kind)| *kind).enumerate();
    let cells = kinds.map(|(column, kind)| {
        Ok(match kind {
            ColumnKind::Integer | ColumnKind::Time => Cell::Integer(row.optional_integer(column)?),
            ColumnKind::Text => Cell::Text(row.optional_text(column)?.map(str::to_owned)),
            ColumnKind::Bytes => Cell::Bytes(row.optional_bytes(column)?.map(<[u8]>::to_vec)),
            ColumnKind::Uuid => Cell::Uuid(row.uuid(column)?),
        })
    });
    Ok(StoredRow(cells.collect::<Result<_, StorageError>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_its_place() {
        for (place, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table as usize, place, "{}", table.name());
        }
    }

    #[test]
    fn statements_name_all_columns() {
        let statements = Statements::of(Table::DataDomainRoles);
        assert_eq!(
            statements.after,
            "SELECT user_id, data_domain, role FROM data_domain_roles \
             WHERE (user_id, data_domain) > ($2, $3) ORDER BY user_id, data_domain LIMIT $1"
        );
    }
}

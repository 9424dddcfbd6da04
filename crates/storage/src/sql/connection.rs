//! The narrow door through which shared statements reach a database.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::StorageError;

/// A value bound to a statement: `$1` is the first. Times are whole microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Value<'v> {
    Integer(i64),
    OptionalInteger(Option<i64>),
    Text(&'v str),
    OptionalText(Option<&'v str>),
    Bytes(&'v [u8]),
    OptionalBytes(Option<&'v [u8]>),
    Uuid(Uuid),
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Integer(at.as_microsecond())
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(at: Option<Timestamp>) -> Self {
        Self::OptionalInteger(at.map(Timestamp::as_microsecond))
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        Self::Uuid(id)
    }
}

/// A row of an answer; columns count from 0.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "the names say it; each fails when the column is not of that kind"
)]
pub trait Row {
    fn integer(&self, column: usize) -> Result<i64, StorageError>;
    fn optional_integer(&self, column: usize) -> Result<Option<i64>, StorageError>;
    fn text(&self, column: usize) -> Result<&str, StorageError>;
    fn optional_text(&self, column: usize) -> Result<Option<&str>, StorageError>;
    fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StorageError>;
    fn uuid(&self, column: usize) -> Result<Uuid, StorageError>;
}

impl dyn Row + '_ {
    /// A column that holds a time.
    pub(super) fn time(&self, column: usize) -> Result<Timestamp, StorageError> {
        from_micros(self.integer(column)?)
    }

    /// A column that may hold a time.
    pub(super) fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, StorageError> {
        self.optional_integer(column)?.map(from_micros).transpose()
    }

    /// A column whose text must be what `parse` understands.
    pub(super) fn parsed<T>(
        &self,
        column: usize,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StorageError> {
        let text = self.text(column)?;
        parse(text).ok_or_else(|| StorageError::Corrupt(format!("{text:?} in column {column}")))
    }
}

fn from_micros(micros: i64) -> Result<Timestamp, StorageError> {
    Timestamp::from_microsecond(micros).map_err(|error| StorageError::Corrupt(error.to_string()))
}

/// Takes one row after the other.
pub type RowVisitor<'v> = &'v mut (dyn FnMut(&dyn Row) -> Result<(), StorageError> + Send);

/// A connection to a database.
#[async_trait]
pub trait SqlConnection: Send {
    /// Runs a statement and answers how many rows it changed.
    async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError>;

    /// Runs a query and visits its rows as they come.
    async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: RowVisitor<'_>,
    ) -> Result<(), StorageError>;

    /// Gets ready for many rows: it may use more memory from now on, and wait longer for an answer.
    async fn prepare_for_bulk(&mut self) -> Result<(), StorageError>;
}

/// The rows of a query, mapped.
pub(super) async fn all<T: Send>(
    connection: &mut (impl SqlConnection + ?Sized),
    sql: &'static str,
    values: &[Value<'_>],
    map: fn(&dyn Row) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut rows = Vec::new();
    let mut push = |row: &dyn Row| {
        rows.push(map(row)?);
        Ok(())
    };
    connection.visit(sql, values, &mut push).await?;
    Ok(rows)
}

/// The first row of a query, mapped.
pub(super) async fn first<T: Send>(
    connection: &mut (impl SqlConnection + ?Sized),
    sql: &'static str,
    values: &[Value<'_>],
    map: fn(&dyn Row) -> Result<T, StorageError>,
) -> Result<Option<T>, StorageError> {
    Ok(all(connection, sql, values, map).await?.into_iter().next())
}

/// The only number of a query that always has one row.
pub(super) async fn number(
    connection: &mut (impl SqlConnection + ?Sized),
    sql: &'static str,
    values: &[Value<'_>],
) -> Result<i64, StorageError> {
    let number = first(connection, sql, values, |row| row.integer(0)).await?;
    number.ok_or_else(|| StorageError::Corrupt("a row that always exists is missing".to_owned()))
}

/// Reads one text, such as a setting that was made and must have been taken.
///
/// # Errors
/// The storage's error; [`StorageError::Corrupt`] when there is no row.
pub async fn setting(
    connection: &mut (impl SqlConnection + ?Sized),
    sql: &'static str,
) -> Result<String, StorageError> {
    let text = first(connection, sql, &[], |row| Ok(row.text(0)?.to_owned())).await?;
    text.ok_or_else(|| StorageError::Corrupt(format!("no answer to {sql}")))
}

#[async_trait]
impl<C: SqlConnection + ?Sized> SqlConnection for &mut C {
    async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        (**self).execute(sql, values).await
    }

    async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: RowVisitor<'_>,
    ) -> Result<(), StorageError> {
        (**self).visit(sql, values, visit).await
    }

    async fn prepare_for_bulk(&mut self) -> Result<(), StorageError> {
        (**self).prepare_for_bulk().await
    }
}

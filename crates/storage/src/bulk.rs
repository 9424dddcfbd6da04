//! Whole tables, row by row as they are stored: what carries a directory from one storage to another.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::StorageError;

/// A table of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Table {
    DataDomains,
    Users,
    Passwords,
    ApiKeys,
    Sessions,
    PasswordLinks,
    DataDomainRoles,
    SetupCodes,
    Throttles,
    Audit,
    Directory,
}

/// What a column holds. All but identities may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ColumnKind {
    Integer,
    /// Microseconds since 1970.
    Time,
    Text,
    Bytes,
    Uuid,
}

use ColumnKind::{Bytes, Integer, Text, Time, Uuid as Id};

impl Table {
    /// All tables, each after those to which it refers. The directory's record comes last: until it is
    /// there, it is known that the directory is being loaded.
    pub const ALL: [Self; 11] = [
        Self::DataDomains,
        Self::Users,
        Self::Passwords,
        Self::ApiKeys,
        Self::Sessions,
        Self::PasswordLinks,
        Self::DataDomainRoles,
        Self::SetupCodes,
        Self::Throttles,
        Self::Audit,
        Self::Directory,
    ];

    /// Its name in the schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataDomains => "data_domains",
            Self::Users => "users",
            Self::Passwords => "passwords",
            Self::ApiKeys => "api_keys",
            Self::Sessions => "sessions",
            Self::PasswordLinks => "password_links",
            Self::DataDomainRoles => "data_domain_roles",
            Self::SetupCodes => "setup_codes",
            Self::Throttles => "throttles",
            Self::Audit => "audit",
            Self::Directory => "directory",
        }
    }

    /// All its columns; those of the primary key, in whose order rows are read, come first. The contract
    /// suite holds them to the schema.
    #[must_use]
    pub const fn columns(self) -> &'static [(&'static str, ColumnKind)] {
        match self {
            Self::DataDomains => &[("name", Text), ("created_at", Time), ("removed_at", Time)],
            Self::Users => &[
                ("email", Text),
                ("id", Id),
                ("account_role", Text),
                ("created_at", Time),
                ("version", Integer),
            ],
            Self::Passwords => &[("user_id", Id), ("hash", Text), ("changed_at", Time)],
            Self::ApiKeys => &[
                ("id", Id),
                ("user_id", Id),
                ("digest", Bytes),
                ("name", Text),
                ("created_at", Time),
                ("expires_at", Time),
                ("last_used_at", Time),
            ],
            Self::Sessions => &[
                ("id", Id),
                ("user_id", Id),
                ("digest", Bytes),
                ("created_at", Time),
                ("last_used_at", Time),
                ("ends_at", Time),
                ("address", Text),
                ("client", Text),
            ],
            Self::PasswordLinks => &[
                ("user_id", Id),
                ("is_requested", Integer),
                ("digest", Bytes),
                ("created_at", Time),
                ("expires_at", Time),
            ],
            Self::DataDomainRoles => &[("user_id", Id), ("data_domain", Text), ("role", Text)],
            Self::SetupCodes => &[("digest", Bytes), ("created_at", Time)],
            Self::Throttles => &[("bucket", Bytes), ("until_time", Time)],
            Self::Audit => &[
                ("sequence", Integer),
                ("id", Id),
                ("at", Time),
                ("actor", Text),
                ("action", Text),
                ("subject", Text),
                ("before_state", Text),
                ("after_state", Text),
                ("hash", Bytes),
            ],
            Self::Directory => &[
                ("only_row", Integer),
                ("epoch", Integer),
                ("user_count", Integer),
                ("data_domains_version", Integer),
                ("started_at", Time),
                ("latest_time", Time),
                ("latest_licence_issued_at", Time),
                ("licence", Text),
                ("last_before_chain", Integer),
                ("is_loading", Integer),
            ],
        }
    }

    /// Fails if a time of a row is none: whatever reads the row by its meaning would fail later.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`], which names the column.
    pub fn check(self, row: &StoredRow) -> Result<(), StorageError> {
        for ((column, kind), cell) in self.columns().iter().zip(&row.0) {
            if *kind == Time
                && let Cell::Integer(Some(micros)) = cell
                && Timestamp::from_microsecond(*micros).is_err()
            {
                let table = self.name();
                return Err(StorageError::Corrupt(format!(
                    "{column} in the table {table} is no time: {micros}"
                )));
            }
        }
        Ok(())
    }

    /// How many columns its primary key has.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::PasswordLinks | Self::DataDomainRoles => 2,
            _ => 1,
        }
    }
}

/// A row of a table, column by column. It holds digests and hashes, so it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRow(pub(crate) Vec<Cell>);

/// What stands in a column.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Uuid(Uuid),
}

/// Reads whole tables.
#[async_trait]
pub trait BulkReader: Send {
    /// How many rows a table has.
    async fn count_rows(&mut self, table: Table) -> Result<u64, StorageError>;

    /// The rows that come after the one given, or the first, in the order of the key, which is the same
    /// in every storage; at the most `limit`.
    async fn rows_after(
        &mut self,
        table: Table,
        after: Option<&StoredRow>,
        limit: u32,
    ) -> Result<Vec<StoredRow>, StorageError>;
}

/// Loads whole tables into a directory in which nothing is, in one mutation.
#[async_trait]
pub trait BulkWriter: Send {
    /// Takes away what every new directory has, and lets the audit trail in as it stands.
    async fn begin_load(&mut self) -> Result<(), StorageError>;

    /// Adds rows to a table; to be called in the order of [`Table::ALL`].
    async fn load_rows(&mut self, table: Table, rows: &[StoredRow]) -> Result<(), StorageError>;

    /// Ends what [`BulkWriter::begin_load`] began.
    async fn end_load(&mut self) -> Result<(), StorageError>;

    /// Makes the commit's epoch follow on what was loaded, rather than on what was there before, so that
    /// it names a state of its own.
    async fn follow_loaded_epoch(&mut self) -> Result<(), StorageError>;
}

//! Statements on data domains.

use async_trait::async_trait;
use dqops_users_domain::{DataDomainName, licence::DataDomainPermit};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession};
use crate::{DataDomainReader, DataDomainWriter, StorageError};

const WHAT: &str = "the data domain";

#[async_trait]
impl<C: SqlConnection> DataDomainReader for SqlSession<C> {
    async fn data_domains(&mut self) -> Result<Vec<DataDomainName>, StorageError> {
        // `(` sorts before every letter, so the root domain comes first.
        let sql = "SELECT name FROM data_domains WHERE removed_at IS NULL ORDER BY name";
        self.all(sql, &[], |row| row.parsed(0, |text| text.parse().ok())).await
    }

    async fn is_data_domain_name_used(
        &mut self,
        name: &DataDomainName,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT count(*) FROM data_domains WHERE name = $1";
        Ok(self.number(sql, &[name.as_str().into()]).await? > 0)
    }
}

#[async_trait]
impl<C: SqlConnection> DataDomainWriter for SqlSession<C> {
    async fn insert_data_domain(
        &mut self,
        name: &DataDomainName,
        at: Timestamp,
        _: DataDomainPermit,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO data_domains (name, created_at) VALUES ($1, $2)";
        let values = [name.as_str().into(), at.into()];
        self.execute(sql, &values).await.map_err(|error| error.naming(WHAT))?;
        self.changed_data_domains();
        Ok(())
    }

    async fn remove_data_domain(
        &mut self,
        name: &DataDomainName,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE data_domains SET removed_at = $2 WHERE name = $1 AND removed_at IS NULL";
        self.execute_on(WHAT, sql, &[name.as_str().into(), at.into()]).await?;
        let sql = "DELETE FROM data_domain_roles WHERE data_domain = $1";
        self.execute(sql, &[name.as_str().into()]).await?;
        self.changed_data_domains();
        Ok(())
    }
}

impl<C: SqlConnection> SqlSession<C> {
    const fn changed_data_domains(&mut self) {
        self.changes.data_domains = true;
        self.note_change();
    }
}

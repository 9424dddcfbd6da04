//! Statements on throttles.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{SqlConnection, SqlSession, Value};
use crate::{Bucket, StorageError, ThrottleReader, ThrottleWriter};

#[async_trait]
impl<C: SqlConnection> ThrottleReader for SqlSession<C> {
    async fn throttle(&mut self, bucket: &Bucket) -> Result<Option<Timestamp>, StorageError> {
        let sql = "SELECT until_time FROM throttles WHERE bucket = $1";
        self.first(sql, &[Value::Bytes(&bucket.0)], |row| row.time(0)).await
    }
}

// Nothing that a reader caches, so the epoch stays: nobody can flush the cache by failing to sign in.
#[async_trait]
impl<C: SqlConnection> ThrottleWriter for SqlSession<C> {
    async fn set_throttle(
        &mut self,
        bucket: &Bucket,
        until: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO throttles (bucket, until_time) VALUES ($1, $2) \
            ON CONFLICT (bucket) DO UPDATE SET until_time = excluded.until_time";
        self.execute(sql, &[Value::Bytes(&bucket.0), until.into()]).await?;
        Ok(())
    }

    async fn delete_past_throttles(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<(), StorageError> {
        let sql = "DELETE FROM throttles WHERE bucket IN \
            (SELECT bucket FROM throttles WHERE until_time <= $1 LIMIT $2)";
        self.execute(sql, &[now.into(), Value::Integer(limit.into())]).await?;
        Ok(())
    }
}

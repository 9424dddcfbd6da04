//! What is remembered between requests. Everything carries the epoch before which it was read, and
//! is used only while that is still the epoch.

use std::sync::Arc;

use arc_swap::ArcSwap;
use dqops_users_domain::{DataDomainName, Email, Epoch, TokenDigest, licence::Licence};
use dqops_users_storage::{DirectoryRecord, Reader};
use quick_cache::sync::Cache;

use crate::{Caller, Directory, ServiceError, UserView, access::Holder, licensing::trusted_time};

/// Callers and users that are remembered at the most.
const CAPACITY: usize = 50_000;

type At<T> = (Epoch, T);

pub(crate) struct Facts {
    pub(crate) holders: Cache<TokenDigest, At<Arc<Holder>>>,
    pub(crate) users: Cache<Email, At<Arc<UserView>>>,
    pub(crate) owner: ArcSwap<Option<At<Caller>>>,
    directory: ArcSwap<Option<At<Arc<DirectoryFacts>>>>,
}

/// What holds for the directory as a whole at an epoch.
#[derive(Debug)]
pub(crate) struct DirectoryFacts {
    pub(crate) record: DirectoryRecord,
    pub(crate) licence: Licence,
    /// The data domains that exist; empty when the licence has none.
    pub(crate) data_domains: Vec<DataDomainName>,
}

impl Facts {
    pub(crate) fn new() -> Self {
        Self {
            holders: Cache::new(CAPACITY),
            users: Cache::new(CAPACITY),
            owner: ArcSwap::default(),
            directory: ArcSwap::default(),
        }
    }
}

impl DirectoryFacts {
    /// The time by which the licence is judged.
    pub(crate) fn licence_time(&self, now: jiff::Timestamp) -> jiff::Timestamp {
        trusted_time(&self.record, now)
    }
}

impl Directory {
    /// What holds for the directory at `epoch` or later.
    pub(crate) async fn facts_at(&self, epoch: Epoch) -> Result<Arc<DirectoryFacts>, ServiceError> {
        if let Some((known_at, facts)) = &**self.facts.directory.load()
            && *known_at == epoch
        {
            return Ok(Arc::clone(facts));
        }
        let mut reader = self.storage.read().await?;
        let facts = Arc::new(self.read_facts(&mut *reader).await?);
        self.facts.directory.store(Arc::new(Some((epoch, Arc::clone(&facts)))));
        Ok(facts)
    }

    /// What holds for the directory within a snapshot.
    pub(crate) async fn read_facts(
        &self,
        reader: &mut dyn Reader,
    ) -> Result<DirectoryFacts, ServiceError> {
        let record = reader.directory().await?;
        let licence = self.shared.licensing.licence_of(&record, self.shared.ambient.now());
        let data_domains =
            if licence.has_data_domains() { reader.data_domains().await? } else { Vec::new() };
        Ok(DirectoryFacts { record, licence, data_domains })
    }
}

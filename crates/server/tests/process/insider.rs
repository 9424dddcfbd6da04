//! The directory as a command works on it, in the test's own process: as another replica would, and
//! without the cost of a process for each step.

use dqops_users_domain::{Role, User};
use dqops_users_service::{Ambient, Directory, KeyLifetime, NewKey, Settings};
use dqops_users_storage::{SharedStorage, UserQuery};
use tokio::runtime::Runtime;

use crate::{place::Place, vendor};

pub(crate) struct Insider {
    runtime: Runtime,
    storage: SharedStorage,
    directory: Directory,
}

impl Insider {
    pub(crate) fn at(place: &Place) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (storage, directory) = runtime.block_on(async {
            let storage = place.open().await;
            let settings = Settings::new(vendor::public_key());
            (storage.clone(), Directory::new(storage, settings, Ambient::system()))
        });
        Self { runtime, storage, directory }
    }

    /// Issues an API key of a user.
    pub(crate) fn key_of(&self, email: &str) -> String {
        let owner = Some(email.parse().unwrap());
        let wanted = NewKey { owner, name: "a test's".to_owned(), lifetime: KeyLifetime::Default };
        let operator = self.directory.local_operator();
        let issued = self.runtime.block_on(self.directory.issue_api_key(&operator, wanted));
        issued.unwrap().token.expose().to_owned()
    }

    /// The emails in the database, whatever a server remembers.
    pub(crate) fn emails(&self) -> Vec<String> {
        self.stored().into_iter().map(|user| user.email.to_string()).collect()
    }

    /// Who is an admin, as the database has it.
    pub(crate) fn admins(&self) -> Vec<String> {
        let admins = self.stored().into_iter().filter(|user| user.roles.account == Role::Admin);
        admins.map(|user| user.email.to_string()).collect()
    }

    fn stored(&self) -> Vec<User> {
        self.runtime.block_on(async {
            let mut users = Vec::new();
            let mut visit = |user: User| users.push(user);
            let mut reader = self.storage.read().await.unwrap();
            reader.visit_users(&UserQuery::default(), &mut visit).await.unwrap();
            users
        })
    }
}

impl Drop for Insider {
    fn drop(&mut self) {
        self.runtime.block_on(self.storage.close());
    }
}

//! The directory as adapters hold it.

use std::{fmt, sync::Arc};

use dqops_users_domain::licence::VendorKey;
use dqops_users_metrics::Metrics;
use dqops_users_storage::SharedStorage;
use jiff::{SignedDuration, Timestamp};

use crate::{
    Ambient, Hasher, HashingSettings, KeyLimits, Mailing, PasswordPolicy, SessionLimits,
    facts::Facts, figures::Figures, licensing::Licensing, passwords::Passwords,
};

/// How a directory is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The vendor's key, by which licences are verified.
    pub vendor_key: VendorKey,
    /// What passwords must be like.
    pub password_policy: PasswordPolicy,
    /// How passwords are hashed.
    pub hashing: HashingSettings,
    /// How long API keys hold.
    pub api_keys: KeyLimits,
    /// How long sessions hold.
    pub sessions: SessionLimits,
    /// How long password links hold.
    pub password_link_lifetime: SignedDuration,
    /// How password links are mailed; `None` where no mail can be sent.
    pub mailing: Option<Mailing>,
}

impl Settings {
    /// The defaults, with the vendor's key.
    #[must_use]
    pub fn new(vendor_key: VendorKey) -> Self {
        Self {
            vendor_key,
            password_policy: PasswordPolicy::default(),
            hashing: HashingSettings::default(),
            api_keys: KeyLimits::default(),
            sessions: SessionLimits::default(),
            password_link_lifetime: SignedDuration::from_hours(72),
            mailing: None,
        }
    }
}

/// The directory: its operations stand in the modules of their areas, one use case a file.
#[derive(Clone)]
pub struct Directory {
    pub(crate) storage: SharedStorage,
    pub(crate) shared: Arc<Shared>,
    pub(crate) facts: Arc<Facts>,
}

/// What changes need beside the storage.
pub(crate) struct Shared {
    pub(crate) ambient: Ambient,
    pub(crate) licensing: Licensing,
    pub(crate) passwords: Passwords,
    pub(crate) api_keys: KeyLimits,
    pub(crate) sessions: SessionLimits,
    pub(crate) password_link_lifetime: SignedDuration,
    pub(crate) mailing: Option<Mailing>,
    pub(crate) figures: Figures,
}

impl Directory {
    /// A directory over a storage. Call [`Directory::start`] before the first use.
    #[must_use]
    pub fn new(storage: SharedStorage, settings: Settings, ambient: Ambient) -> Self {
        let metrics = Metrics::new();
        let hasher = Hasher::counted(settings.hashing, &metrics);
        let shared = Shared {
            licensing: Licensing::new(settings.vendor_key),
            passwords: Passwords::new(settings.password_policy, hasher, ambient.clone()),
            figures: Figures::new(metrics),
            api_keys: settings.api_keys,
            sessions: settings.sessions,
            password_link_lifetime: settings.password_link_lifetime,
            mailing: settings.mailing,
            ambient,
        };
        Self { storage, shared: Arc::new(shared), facts: Arc::new(Facts::new()) }
    }

    /// The time now, by the directory's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.ambient.now()
    }

    /// Characters that a new password needs.
    #[must_use]
    pub fn password_min_length(&self) -> usize {
        self.shared.passwords.min_length()
    }

    /// How long API keys can hold.
    #[must_use]
    pub fn key_limits(&self) -> KeyLimits {
        self.shared.api_keys
    }

    /// Waits until all changes are committed and lets go of the storage.
    pub async fn close(&self) {
        self.storage.close().await;
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Directory")
    }
}

//! The contract suite: what every storage must do, as one named test per case and storage.
//!
//! A storage crate implements [`Fixture`] and calls [`contract_suite!`](crate::contract_suite).

mod do_mutation;
mod samples;

pub mod api_keys;
pub mod audit;
pub mod browse;
pub mod bulk;
pub mod data_domains;
pub mod directory;
pub mod epochs;
pub mod migrations;
pub mod mutations;
pub mod password_links;
pub mod passwords;
pub mod sessions;
pub mod throttles;
pub mod users;

use async_trait::async_trait;

use crate::{SharedStorage, StorageError};

pub use do_mutation::run;
pub use samples::{at, email, insert, new_user, permit_change, permit_create, permit_delete};

/// A fresh, empty, migrated database for one case.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Opens a storage on it, as another process would.
    async fn try_open(&self) -> Result<SharedStorage, StorageError>;

    /// Opens a storage on it that must open.
    #[expect(clippy::unwrap_used, reason = "this is test code")]
    async fn open(&self) -> SharedStorage {
        self.try_open().await.unwrap()
    }

    /// Runs a statement behind the storage's back.
    async fn raw(&self, sql: &'static str) -> Result<u64, StorageError>;

    /// The statements that drop what guards the audit trail: against edits, and against entries that
    /// do not go on from the last.
    fn drop_audit_guards(&self) -> [&'static str; 2];

    /// Table and column of all columns that the schema has.
    async fn columns(&self) -> Vec<(String, String)>;
}

/// Makes a test of every case; `$fixture` is an async function that gives a fresh [`Fixture`].
#[macro_export]
macro_rules! contract_suite {
    ($fixture:ident) => {
        $crate::contract_suite! { @area $fixture, users:
            inserted_users_are_found,
            an_email_is_unique,
            an_email_never_changes,
            roles_are_replaced_as_a_whole,
            deleting_a_user_takes_all_that_is_theirs,
            users_come_in_byte_order,
            queries_filter_and_page,
            counts_follow_every_change,
            the_oldest_admin_is_the_owner,
            a_user_who_comes_back_has_a_new_version,
            damaged_rows_are_reported,
        }
        $crate::contract_suite! { @area $fixture, browse:
            users_come_in_every_order,
            pages_follow_each_other,
            filters_hold_in_every_order,
            what_is_known_of_sign_in_is_shown,
        }
        $crate::contract_suite! { @area $fixture, password_links:
            a_link_leads_to_its_user,
            a_new_link_replaces_the_old,
            a_requested_link_stands_beside_an_admins,
            a_link_goes_with_its_user,
        }
        $crate::contract_suite! { @area $fixture, passwords:
            a_password_hash_is_set_and_replaced,
            a_password_hash_needs_a_user,
        }
        $crate::contract_suite! { @area $fixture, api_keys:
            a_key_leads_to_its_owner_as_of_now,
            a_key_is_touched_forwards_only,
            a_deleted_key_is_gone,
            keys_are_listed_by_owner_and_age,
        }
        $crate::contract_suite! { @area $fixture, sessions:
            a_session_leads_to_its_user_as_of_now,
            a_session_is_touched_forwards_only,
            sessions_end_one_by_one_by_age_and_with_their_user,
        }
        $crate::contract_suite! { @area $fixture, throttles:
            a_throttle_is_kept_until_it_lies_in_the_past,
        }
        $crate::contract_suite! { @area $fixture, data_domains:
            the_root_domain_always_exists,
            a_removed_name_stays_used,
            roles_need_an_existing_domain,
            a_change_of_domains_has_its_version,
        }
        $crate::contract_suite! { @area $fixture, directory:
            the_record_is_kept,
            setup_codes_open_and_close,
        }
        $crate::contract_suite! { @area $fixture, audit:
            entries_are_kept_in_order_word_for_word,
            a_refused_entry_leaves_the_chain_whole,
            pages_are_filtered_and_follow_each_other,
            times_need_not_rise_with_the_numbers,
            nothing_in_the_trail_changes,
            an_entry_from_before_the_chain_is_sealed_once,
            an_edited_entry_is_listed_as_it_stands,
        }
        $crate::contract_suite! { @area $fixture, bulk:
            every_column_of_the_schema_is_carried,
            every_row_is_carried_as_it_stands,
            a_refused_load_leaves_what_was_there,
            a_loaded_directory_has_an_epoch_of_its_own,
            the_trail_is_guarded_again_after_a_load,
        }
        $crate::contract_suite! { @area $fixture, migrations:
            processes_that_start_together_migrate_once,
            a_newer_schema_is_refused,
        }
        $crate::contract_suite! { @area $fixture, mutations:
            a_refused_mutation_leaves_nothing,
            a_refusal_does_not_touch_its_neighbours,
            a_panic_does_not_touch_its_neighbours,
            a_mutation_reads_its_own_changes,
            mutations_never_overlap,
            what_was_acknowledged_is_found_after_closing,
            a_caller_who_leaves_cuts_nothing_in_half,
            a_closed_storage_says_so,
        }
        $crate::contract_suite! { @area $fixture, epochs:
            a_visible_change_raises_the_epoch_before_it_is_acknowledged,
            an_invisible_change_keeps_the_epoch,
            another_process_is_noticed_within_the_lease,
            a_restored_copy_is_noticed_and_goes_on_with_other_epochs,
            a_snapshot_does_not_move,
        }
    };
    (@area $fixture:ident, $area:ident: $($case:ident,)+) => {
        mod $area {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let fixture = super::$fixture().await;
                    $crate::contract::$area::$case(&fixture).await;
                }
            )+
        }
    };
}

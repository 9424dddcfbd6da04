//! The chain: entries in order, each of which holds the one before in place.

use serde::{Deserialize, Serialize};

use super::{AuditFault, AuditHash, AuditRecord};

/// The end of a trail, or of what was seen of it: whoever knows it, can tell later whether all up to
/// there is still what it was. The default is the end of an empty trail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// The number of the last entry; 0 when there is none.
    pub number: u64,
    /// Its hash.
    pub hash: Option<AuditHash>,
}

/// Takes the entries of a trail in order, and says where it first does not hold.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    head: AuditHead,
    entries: u64,
}

impl Chain {
    /// A chain without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// What is wrong with it, or with what should be before it. The chain is then as it was.
    pub fn take(&mut self, record: &AuditRecord) -> Result<(), AuditFault> {
        let (number, after) = (record.number, self.head.number);
        if number <= after {
            return Err(AuditFault::OutOfOrder { number, after });
        }
        let hash = record.hash.ok_or(AuditFault::Unsealed { number })?;
        if hash == record.hash_after(self.head.hash) {
            self.head = AuditHead { number, hash: Some(hash) };
            self.entries += 1;
            return Ok(());
        }
        Err(match number - after {
            1 => AuditFault::Edited { number, after },
            _ => AuditFault::Missing { first: after + 1, last: number - 1 },
        })
    }

    /// The last entry that holds.
    #[must_use]
    pub const fn head(&self) -> AuditHead {
        self.head
    }

    /// How many entries hold.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*, sample::Index};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::audit::{Action, Actor, AuditEntry};

    fn entries() -> impl Strategy<Value = Vec<AuditEntry>> {
        let state = || option::of("[ -~]{0,9}".prop_map(|text| json!({"text": text})));
        let entry = (any::<u128>(), 0..4_000_000_000_i64, "[ -~]{0,9}", state(), state());
        let entry = entry.prop_map(|(id, seconds, subject, before, after)| AuditEntry {
            id: Uuid::from_u128(id),
            at: jiff::Timestamp::from_second(seconds).unwrap(),
            actor: Actor::Directory,
            action: Action::UserUpdated,
            subject,
            before,
            after,
        });
        vec(entry, 2..12)
    }

    fn trail(entries: &[AuditEntry]) -> Vec<AuditRecord> {
        let mut head = AuditHead::default();
        let follow = |entry| {
            let record = AuditRecord::following(head, entry);
            head = AuditHead { number: record.number, hash: record.hash };
            record
        };
        entries.iter().map(follow).collect()
    }

    fn verify(trail: &[AuditRecord]) -> Result<AuditHead, AuditFault> {
        let mut chain = Chain::new();
        trail.iter().try_for_each(|record| chain.take(record))?;
        assert_eq!(chain.entries(), trail.len() as u64);
        Ok(chain.head())
    }

    /// Every column of a record, and a change of it.
    const EDITS: [fn(&mut AuditRecord); 11] = [
        |record| record.number += 1,
        |record| record.id = Uuid::from_u128(!record.id.as_u128()),
        |record| record.at_micros += 1,
        |record| record.actor.push('x'),
        |record| record.action = "user_created".to_owned(),
        |record| record.subject.insert(0, 'x'),
        |record| record.before = record.before.is_none().then(|| "{}".to_owned()),
        |record| record.after = record.after.is_none().then(|| "{}".to_owned()),
        |record| record.after = record.after.take().map_or(Some(String::new()), |a| Some(a + " ")),
        |record| std::mem::swap(&mut record.actor, &mut record.action),
        |record| record.hash = record.hash.map(|hash| AuditHash(hash.0.map(|byte| !byte))),
    ];

    proptest! {
        #[test]
        fn a_trail_holds_as_it_was_written(entries in entries()) {
            let trail = trail(&entries);
            let last = trail.last().unwrap();
            prop_assert_eq!(verify(&trail), Ok(AuditHead { number: last.number, hash: last.hash }));
        }

        #[test]
        fn any_edit_is_found_in_its_place(entries in entries(), place: Index, edit: Index) {
            let mut trail = trail(&entries);
            let place = place.index(trail.len());
            edit.get(&EDITS)(&mut trail[place]);
            let mut chain = Chain::new();
            let held = trail.iter().take_while(|record| chain.take(record).is_ok()).count();
            prop_assert_eq!(held, place);
        }

        #[test]
        fn any_deletion_before_the_end_is_found(entries in entries(), place: Index) {
            let mut trail = trail(&entries);
            let place = place.index(trail.len() - 1);
            trail.remove(place);
            let gone = place as u64 + 1;
            prop_assert_eq!(verify(&trail), Err(AuditFault::Missing { first: gone, last: gone }));
        }

        #[test]
        fn any_insertion_is_found(entries in entries(), place: Index, forged: Index) {
            let mut trail = trail(&entries);
            let place = place.index(trail.len() + 1);
            let mut record = forged.get(&trail).clone();
            record.number = place as u64 + 1;
            record.hash = Some(AuditHash([7; AuditHash::LENGTH]));
            trail.insert(place, record);
            prop_assert!(verify(&trail).is_err());
        }

        #[test]
        fn any_other_order_is_found(entries in entries(), one: Index, other: Index) {
            let mut trail = trail(&entries);
            let (one, other) = (one.index(trail.len()), other.index(trail.len()));
            prop_assume!(one != other);
            let mut renumbered = trail.clone();
            trail.swap(one, other);
            prop_assert!(verify(&trail).is_err());
            // As two rows whose contents were exchanged.
            renumbered.swap(one, other);
            (renumbered[one].number, renumbered[other].number) = (one as u64 + 1, other as u64 + 1);
            prop_assert!(verify(&renumbered).is_err());
        }

        #[test]
        fn a_cut_end_is_found_by_who_knows_the_head(entries in entries(), length: Index) {
            let trail = trail(&entries);
            let known = verify(&trail).unwrap();
            let length = length.index(trail.len());
            prop_assert_ne!(verify(&trail[..length]).unwrap(), known);
        }
    }

    #[test]
    fn a_gap_from_before_the_chain_holds_once_it_is_sealed() {
        let mut chain = Chain::new();
        for number in [3, 7] {
            let entry = AuditEntry {
                id: Uuid::from_u128(1),
                at: jiff::Timestamp::UNIX_EPOCH,
                actor: Actor::Directory,
                action: Action::LicenceRemoved,
                subject: String::new(),
                before: None,
                after: None,
            };
            let head = AuditHead { number: number - 1, ..chain.head() };
            let mut record = AuditRecord::following(head, &entry);
            chain.take(&record).unwrap();
            record.hash = None;
            let again = chain.take(&record);
            assert_eq!(again, Err(AuditFault::OutOfOrder { number, after: number }));
            record.number += 1;
            assert_eq!(chain.take(&record), Err(AuditFault::Unsealed { number: number + 1 }));
        }
        assert_eq!((chain.entries(), chain.head().number), (2, 7));
    }
}

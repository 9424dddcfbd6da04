//! U2: every single edit, deletion and reordering of a trail is found offline: in an export, byte by
//! byte, and in the database, column by column. Who cuts the end off, or writes it anew, is found by
//! whoever has the head.

use std::thread;

use dqops_users_domain::audit::{AuditHead, AuditRecord};
use dqops_users_trust::{Trial, count, promise};

use crate::{
    audit_tampering::six,
    place::{Place, Store, on_both_stores},
    program::Done,
};

on_both_stores!(
    every_change_of_an_export_is_found,
    an_export_whose_end_was_cut_off_or_written_anew_is_found_by_its_head,
    every_change_of_a_column_is_found,
    every_deletion_and_reordering_of_entries_is_found,
);

const ENTRIES: usize = 6;

/// The export of a trail, and the hash of its head.
fn exported(place: &Place) -> (String, String) {
    let text = place.cli(&["audit", "export"]).succeeds();
    let summary: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(summary["entries"], ENTRIES);
    (text, summary["head"]["hash"].as_str().unwrap().to_owned())
}

/// Something done to an export: what, and the text that comes of it.
type Tampering = (String, Vec<u8>);

/// Each byte changed in its lowest bit and in its case, left out, doubled, and a blank put before it.
fn of_bytes(text: &str) -> Vec<Tampering> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    // The end of the last line tells nothing.
    for (at, byte) in bytes[..bytes.len() - 1].iter().enumerate() {
        let new: [&[u8]; 5] = [&[byte ^ 1], &[byte ^ 0x20], &[], &[*byte, *byte], &[b' ', *byte]];
        for new in new {
            let edited = [&bytes[..at], new, &bytes[at + 1..]].concat();
            let written = String::from_utf8_lossy(new).into_owned();
            all.push((format!("byte {at} is {written:?}"), edited));
        }
    }
    all
}

/// Lines left out, doubled, moved and exchanged.
fn of_lines(text: &str) -> Vec<Tampering> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    let mut push = |what: String, lines: &[&str]| all.push((what, lines.join("\n").into_bytes()));
    for at in 0..lines.len() {
        let mut fewer = lines.clone();
        let taken = fewer.remove(at);
        push(format!("line {at} is left out"), &fewer);
        for to in 0..lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(to, taken);
            push(format!("line {at} also stands before {to}"), &doubled);
            if to != at {
                let mut moved = fewer.clone();
                moved.insert(to, taken);
                push(format!("line {at} is moved to {to}"), &moved);
                let mut exchanged = lines.clone();
                exchanged.swap(at, to);
                push(format!("line {at} and {to} are exchanged"), &exchanged);
            }
        }
    }
    all
}

fn verify_file(place: &Place, name: &str, args: &[&str]) -> Done {
    place.bare_program(&["audit", "verify", "--file", name]).args(args).run()
}

/// Each is refused without the database, with a reason.
fn all_are_found(trial: &Trial, place: &Place, tamperings: &[Tampering], args: &[&str]) {
    let at_once = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for hand in 0..at_once {
            scope.spawn(move || {
                for (what, bytes) in tamperings.iter().skip(hand).step_by(at_once) {
                    let name = format!("tampered-{hand}.jsonl");
                    std::fs::write(place.folder().join(&name), bytes).unwrap();
                    let done = verify_file(place, &name, args);
                    assert_eq!(done.code, Some(1), "{what}: {}{}", done.stdout, done.stderr);
                    assert!(
                        done.stderr.contains("the audit trail does not hold"),
                        "{what}: {done:?}"
                    );
                    trial.tried(1);
                }
            });
        }
    });
}

/// So many of them, from the beginning to the end.
fn some(all: Vec<Tampering>, wanted: usize) -> Vec<Tampering> {
    let step = (all.len() / wanted).max(1);
    all.into_iter().step_by(step).collect()
}

fn every_change_of_an_export_is_found(store: Store) {
    let trial = promise("U2", "changes of an export, offline", store.ground());
    let place = six(store);
    let (text, _) = exported(&place);
    place.file("trail.jsonl", &text);
    assert!(verify_file(&place, "trail.jsonl", &[]).succeeds().contains("6 entries"));
    let (bytes, lines) = (of_bytes(&text), of_lines(&text));
    let (bytes, lines) = (some(bytes, count(40, usize::MAX)), some(lines, count(20, usize::MAX)));
    all_are_found(&trial, &place, &[bytes, lines].concat(), &[]);
}

/// An export of these entries as the directory would write it.
fn written(records: &[AuditRecord], head: AuditHead) -> Vec<u8> {
    let lines = records.iter().map(|record| serde_json::to_string(record).unwrap() + "\n");
    let head = serde_json::to_string(&head).unwrap();
    let summary = format!("{{\"entries\":{},\"head\":{head}}}\n", records.len());
    lines.chain([summary]).collect::<String>().into_bytes()
}

fn head_of(records: &[AuditRecord]) -> AuditHead {
    let last = records.last();
    last.map_or(AuditHead::default(), |last| AuditHead { number: last.number, hash: last.hash })
}

/// The same entries but for that one, with the hashes that belong to them.
fn written_anew(records: &[AuditRecord], at: usize) -> Vec<AuditRecord> {
    let mut anew = records[..at].to_vec();
    for record in &records[at..] {
        let mut entry = record.entry().unwrap();
        if record.number == records[at].number {
            "eve@example.com".clone_into(&mut entry.subject);
        }
        anew.push(AuditRecord::following(head_of(&anew), &entry));
    }
    anew
}

fn an_export_whose_end_was_cut_off_or_written_anew_is_found_by_its_head(store: Store) {
    let trial = promise("U2", "cut tails and new ones, offline", store.ground());
    let place = six(store);
    let (text, head) = exported(&place);
    let lines = text.lines().take(ENTRIES);
    let records: Vec<AuditRecord> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut tamperings = Vec::new();
    for at in 0..ENTRIES {
        let cut = &records[..at];
        tamperings.push((format!("cut after {at}"), written(cut, head_of(cut))));
        let anew = written_anew(&records, at);
        tamperings.push((format!("anew from {at}"), written(&anew, head_of(&anew))));
    }
    for (what, bytes) in &tamperings {
        std::fs::write(place.folder().join("sound.jsonl"), bytes).unwrap();
        let alone = verify_file(&place, "sound.jsonl", &[]);
        assert_eq!(alone.code, Some(0), "{what}: by itself it holds: {alone:?}");
    }
    all_are_found(&trial, &place, &tamperings, &["--head", &head]);
    place.file("known.jsonl", &text);
    all_are_found(&trial, &place, &tamperings, &["--against", "known.jsonl"]);
}

/// Changes the trail in the database, looks, and brings it back.
fn must_be_found(trial: &Trial, place: &Place, edit: &str) {
    place.raw(edit);
    let done = place.cli(&["audit", "verify"]);
    assert_eq!(done.code, Some(1), "{edit}: {}", done.stdout);
    assert!(done.stderr.contains("the audit trail does not hold"), "{edit}: {}", done.stderr);
    place.raw("DELETE FROM audit; INSERT INTO audit SELECT * FROM whole");
    trial.tried(1);
}

/// A directory with its trail unguarded and a copy of it beside.
fn unguarded(store: Store) -> Place {
    let place = six(store);
    place.drop_audit_guards();
    place.raw("CREATE TABLE whole AS SELECT * FROM audit");
    place
}

/// Of each column what it is set to; `{other}` is the number of another entry.
const COLUMNS: &[(&str, &str)] = &[
    ("sequence", "sequence + 100"),
    ("id", "(SELECT id FROM users WHERE email = 'ann@example.com')"),
    ("at", "at + 1"),
    ("actor", "'eve@example.com'"),
    ("action", "'signed_out'"),
    ("subject", "subject || ' '"),
    ("before_state", "COALESCE(before_state, '') || ' '"),
    ("after_state", "NULL"),
    ("hash", "NULL"),
    ("hash", "(SELECT w.hash FROM whole w WHERE w.sequence = {other})"),
];

fn every_change_of_a_column_is_found(store: Store) {
    let trial = promise("U2", "changes of columns in the database", store.ground());
    let place = unguarded(store);
    let all = (1..=ENTRIES).flat_map(|entry| COLUMNS.iter().map(move |column| (entry, column)));
    for (entry, (column, value)) in all.step_by(count(13, 1)) {
        let value = value.replace("{other}", &(entry % ENTRIES + 1).to_string());
        let edit = format!("UPDATE audit SET {column} = {value} WHERE sequence = {entry}");
        must_be_found(&trial, &place, &edit);
    }
}

fn every_deletion_and_reordering_of_entries_is_found(store: Store) {
    let trial = promise("U2", "deletions and reorderings in the database", store.ground());
    let place = unguarded(store);
    let mut edits = Vec::new();
    for first in 1..ENTRIES {
        edits.push(format!("DELETE FROM audit WHERE sequence = {first}"));
        // Those that follow take its place.
        let later = (first + 1..=ENTRIES).map(|later| {
            format!("UPDATE audit SET sequence = {later} - 1 WHERE sequence = {later}")
        });
        let later: Vec<_> = later.collect();
        edits.push(format!("DELETE FROM audit WHERE sequence = {first}; {}", later.join("; ")));
        for second in first + 1..=ENTRIES {
            edits.push(format!(
                "UPDATE audit SET sequence = 0 WHERE sequence = {first}; \
                 UPDATE audit SET sequence = {first} WHERE sequence = {second}; \
                 UPDATE audit SET sequence = {second} WHERE sequence = 0"
            ));
        }
    }
    for edit in edits.iter().step_by(count(5, 1)) {
        must_be_found(&trial, &place, edit);
    }
}

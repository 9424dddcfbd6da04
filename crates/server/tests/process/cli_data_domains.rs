//! `data-domain add | list | remove`, and roles in data domains.

use dqops_users_domain::audit::{Action, Actor};
use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    vendor::{self, Terms},
};

on_both_stores!(
    domains_are_added_listed_and_removed_for_good,
    roles_in_domains_are_given_and_go_with_their_domain,
);

const JANE: &str = "jane@example.com";

fn enterprise(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["licence", "install", &vendor::enterprise()]).succeeds();
    place
}

fn domains_are_added_listed_and_removed_for_good(store: Store) {
    let place = enterprise(store);
    assert_eq!(place.cli(&["data-domain", "list"]).succeeds(), "data domain\n(default)\n");
    let said = place.cli(&["data-domain", "add", "sales"]).succeeds();
    assert_eq!(said, "added the data domain sales\n");
    let said = place.cli(&["data-domain", "add", "HR West", "--json"]).json();
    assert_eq!(said, json!({"name": "HR West"}));
    let listed = place.cli(&["data-domain", "list", "--json"]).json();
    assert_eq!(listed, json!(["(default)", "HR West", "sales"]));
    let said = place.cli(&["data-domain", "add", "sales"]).fails(1);
    assert!(said.contains("the data domain sales exists or did exist before"), "{said}");
    let said = place.cli(&["data-domain", "remove", "sales"]).succeeds();
    assert_eq!(said, "removed the data domain sales\n");
    let said = place.cli(&["data-domain", "add", "sales"]).fails(1);
    assert!(said.contains("a name is not used again"), "{said}");
    let said = place.cli(&["data-domain", "remove", "sales"]).fails(1);
    assert!(said.contains("there is no data domain sales"), "{said}");
    let listed = place.cli(&["data-domain", "list"]).succeeds();
    assert_eq!(listed, "data domain\n(default)\nHR West\n");

    let trail = place.audit();
    let done: Vec<_> = trail.iter().rev().skip(1).map(|e| (e.action, e.subject.as_str())).collect();
    let (added, removed) = (Action::DataDomainAdded, Action::DataDomainRemoved);
    assert_eq!(done, [(added, "sales"), (added, "HR West"), (removed, "sales")]);
    assert!(trail.iter().all(|entry| entry.actor == Actor::LocalOperator), "{trail:?}");
}

fn roles_in_domains_are_given_and_go_with_their_domain(store: Store) {
    let place = enterprise(store);
    place.cli(&["data-domain", "add", "sales"]).succeeds();
    place.cli(&["data-domain", "add", "hr"]).succeeds();
    let two = ["--data-domain-role", "sales=editor", "--data-domain-role", "hr=viewer"];
    let added = place.program(&["user", "add", JANE, "--role", "none", "--json"]).args(&two).run();
    let roles = json!({"(default)": "none", "hr": "viewer", "sales": "editor"});
    let jane = json!({"email": JANE, "accountRole": "none", "dataDomainRoles": roles});
    assert_eq!(added.json(), jane);
    let list = || {
        let text = place.cli(&["user", "list"]).succeeds();
        text.strip_prefix("email\taccountRole\tdataDomainRoles\n").unwrap().to_owned()
    };
    assert_eq!(list(), "jane@example.com\tnone\thr=viewer;sales=editor\n");
    place.cli(&["user", "set-role", JANE, "viewer"]).succeeds();
    assert_eq!(list(), "jane@example.com\tviewer\thr=viewer;sales=editor\n");
    let unknown = ["user", "set-role", JANE, "viewer", "--data-domain-role", "it=editor"];
    let said = place.cli(&unknown).fails(1);
    assert!(said.contains("dataDomainRoles.it: there is no data domain of that name"), "{said}");
    place.cli(&["data-domain", "remove", "sales"]).succeeds();
    assert_eq!(list(), "jane@example.com\tviewer\thr=viewer\n");
    let root = ["user", "set-role", JANE, "none", "--data-domain-role", "(default)=operator"];
    place.cli(&root).succeeds();
    assert_eq!(list(), "jane@example.com\tnone\t(default)=operator\n");
    let cleared = ["user", "set-role", JANE, "none", "--data-domain-role", "hr=none"];
    place.cli(&cleared).succeeds();
    assert_eq!(list(), "jane@example.com\tnone\t\n");
}

#[test]
fn without_an_enterprise_licence_none_can_be_added() {
    let place = Place::new(Store::Sqlite);
    let refused = |reason: &str| {
        let said = place.cli(&["data-domain", "add", "sales"]).fails(1);
        assert!(said.contains(reason), "{said}");
    };
    refused("the TEAM licence does not include adding data domains");
    let expires = Some("2026-01-02T00:00:00Z");
    let limits = json!({"dl": 1});
    for (terms, reason) in [
        (Terms { kind: "FREE", ..Terms::default() }, "the FREE licence does not include"),
        (Terms { kind: "ENTERPRISE", expires, ..Terms::default() }, "the licence has lapsed"),
    ] {
        place.cli(&["licence", "install", &vendor::sign_terms(&terms)]).succeeds();
        refused(reason);
    }
    let limited = Terms { kind: "ENTERPRISE", limits, ..Terms::default() };
    place.cli(&["licence", "install", &vendor::sign_terms(&limited)]).succeeds();
    place.cli(&["data-domain", "add", "hr"]).succeeds();
    refused("limit of 1 data domains is reached; remove one or install a licence that allows more");
    // Taking access away needs no licence.
    place.cli(&["licence", "remove"]).succeeds();
    place.cli(&["data-domain", "remove", "hr"]).succeeds();
}

#[test]
fn names_that_cannot_be_one_are_wrong_usage_and_the_root_domain_stays() {
    let place = enterprise(Store::Sqlite);
    let long = "x".repeat(101);
    for name in ["", " sales", "9x", "a/b", "a;b", "a=b", "ä", "a\tb", &long] {
        for verb in ["add", "remove"] {
            let said = place.cli(&["data-domain", verb, name]).fails(2);
            assert!(said.contains("data domain's name"), "{name}: {said}");
        }
    }
    let said = place.cli(&["data-domain", "remove", "(default)"]).fails(1);
    assert!(said.contains("the root domain cannot be removed"), "{said}");
    place.cli(&["data-domain", "add", "(default)"]).fails(1);
    assert_eq!(place.cli(&["data-domain", "list", "--json"]).json(), json!(["(default)"]));
}

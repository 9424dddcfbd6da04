//! The users page of the console beside the REST page of the same size.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::{
    figures::{Measurement, Operation},
    load::{self, Requests},
    runs::Run,
    subject::{Running, Store, Subject, email},
};

/// Users on a page of the console.
const PAGE: usize = 50;

/// One connection: what is measured is the time of the server, not of a queue.
const CONNECTIONS: usize = 1;

/// Places in the list that are asked for in turn.
const PLACES: usize = 200;

pub(super) async fn measure(
    run: &mut Run<'_>,
    store: Store,
    subject: &Subject,
    server: &Running,
    users: usize,
) -> Result<()> {
    let session = Subject::session(server)?;
    let page = |query: &str| load::page_request(&format!("/users?{query}"), &session);
    let rest =
        |query: &str| load::request(&format!("/api/users?limit={PAGE}{query}"), &subject.token);
    let place = |number: usize| email(number * users / PLACES);
    let orders = ["sort=email", "sort=-email", "sort=added", "sort=-added", "sort=role"];
    let anywhere = |number: usize| {
        let order = orders[number % orders.len()];
        page(&format!("{order}&after=viewer+0+{}", place(number)))
    };
    let rest_anywhere = |number: usize| rest(&format!("&after={}", place(number)));
    let last = format!("user{:07}", users - 1);
    let cases: [(_, Vec<_>, Vec<_>); 2] = [
        (
            Operation::UsersPage,
            (0..PLACES).map(anywhere).collect(),
            (0..PLACES).map(rest_anywhere).collect(),
        ),
        (
            Operation::UsersSearch,
            vec![page(&format!("search={last}"))],
            vec![rest(&format!("&search={last}"))],
        ),
    ];
    for (operation, pages, rest) in cases {
        server.body(pages.first().context("a page")?)?;
        let (pages, rest) = (Arc::new(Requests::Ready(pages)), Arc::new(Requests::Ready(rest)));
        let (mut ours, mut limit) = (Vec::new(), Vec::new());
        for _ in 0..run.options.rounds {
            ours.push(load::drive(server.address, &pages, CONNECTIONS, run.length()).await?);
            limit.push(load::drive(server.address, &rest, CONNECTIONS, run.length()).await?);
        }
        run.add(Measurement::of(operation, (store, users, CONNECTIONS), &ours, &limit));
    }
    Ok(())
}

//! The program under the model's operations: what the model names, with the real ids and secrets.

use std::{collections::HashMap, fmt::Write as _};

use serde_json::Value;

use crate::{
    answer::{Asks, Bearer, Body, Exchange, Gets, Handle, Request, Tags},
    client::{Client, Reply, Wire},
    compare,
    directory::Tag,
    licence::Terms,
    place::Store,
    stage::Stage,
    time::{PATIENCE, eventually},
};

/// A server with a directory of its own, and what came back from it so far.
pub(crate) struct Served {
    stage: Stage,
    wire: Wire,
    /// The id and the token of each key and session.
    issued: Vec<(String, String)>,
    /// The tag of each state of a user that was shown.
    pub(crate) tags: HashMap<Tag, String>,
    /// The last list and its tag.
    pub(crate) list: Option<(String, String)>,
}

impl Served {
    /// A server after its set-up, under a licence.
    pub(crate) fn new(store: Store, licence: Terms) -> Self {
        let stage = Stage::with_licence(store, &licence.sign(0));
        let wire = stage.admin.connect().unwrap();
        let keys = stage.admin.get("/api/keys").gives(200).json();
        let first = (text(&keys[0]["id"]), stage.admin.key().to_owned());
        Self { stage, wire, issued: vec![first], tags: HashMap::new(), list: None }
    }

    /// Asks, and compares the answer with the model's.
    pub(crate) fn exchange(&mut self, exchange: &Exchange) {
        match &exchange.asks {
            Asks::Nothing => {}
            Asks::Http(request) => {
                let reply = self.ask(request);
                compare::check(self, &exchange.gets, &reply);
            }
            Asks::Command(args) => {
                let args: Vec<_> = args.iter().map(String::as_str).collect();
                self.command(&args, &exchange.gets);
            }
            Asks::Licence(terms, number) => {
                let token = terms.sign(*number);
                self.command(&["licence", "install", &token], &exchange.gets);
            }
        }
    }

    /// What must hold in the end: the audit trail is whole, and the server found no fault in itself.
    pub(crate) fn end(self) {
        self.stage.place.cli(&["audit", "verify"]).succeeds();
        let (done, _) = self.stage.server.stop();
        let log = done.stderr;
        assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
    }

    fn ask(&mut self, request: &Request) -> Reply {
        let client = match request.by {
            Bearer::Nobody => self.stage.server.anonymous(),
            Bearer::Junk => self.stage.server.client("dqu_key_0000000000000000000000000000000"),
            Bearer::Holder(handle) => self.stage.server.client(&self.issued[handle].1),
        };
        let id = request.id.map_or("", |handle| &self.issued[handle].0);
        let path = format!("{}{id}", request.path);
        let (kind, body) = match &request.body {
            Body::None => ("", String::new()),
            Body::Json(json) => ("application/json", json.to_string()),
            Body::Text(text) => ("text/plain", text.clone()),
        };
        let sent = self.head(&client, request, &path, kind, body.len()) + &body;
        // A machine that has no time for a hash may say so, and then nothing was done.
        eventually(PATIENCE, "the server has time", || {
            self.wire.write(&sent).unwrap();
            let reply = self.wire.reply().unwrap();
            let is_busy = reply.status == 503 && reply.json()["code"] == "overloaded";
            (!is_busy).then_some(reply)
        })
    }

    fn head(
        &self,
        client: &Client,
        request: &Request,
        path: &str,
        kind: &str,
        length: usize,
    ) -> String {
        let mut head = client.head(request.method, path, kind, length);
        let condition = request.condition.and_then(|(name, tags)| Some((name, self.value(tags)?)));
        if let Some((name, value)) = condition {
            head.truncate(head.len() - "\r\n".len());
            let _ = write!(head, "{name}: {value}\r\n\r\n");
        }
        head
    }

    /// The value of a condition; none where nothing was shown yet.
    fn value(&self, tags: Tags) -> Option<String> {
        match tags {
            Tags::Any => Some("*".to_owned()),
            Tags::Junk => Some("\"u1\", W/\"u2\", junk".to_owned()),
            Tags::OfUser(tag) => Some(self.tags[&tag].clone()),
            Tags::OfList => self.list.as_ref().map(|(tag, _)| tag.clone()),
        }
    }

    fn command(&mut self, args: &[&str], gets: &Gets) {
        let done = self.stage.place.cli(args);
        match gets {
            Gets::IssuedKey(handle) => {
                let key = done.json();
                self.note(*handle, text(&key["id"]), text(&key["apiKey"]));
            }
            Gets::Outcome(true) => drop(done.succeeds()),
            Gets::Outcome(false) => drop(done.fails(1)),
            other => panic!("a command does not answer {other:?}"),
        }
    }

    /// Notes a key or session under its number.
    pub(crate) fn note(&mut self, handle: Handle, id: String, token: String) {
        assert_eq!(handle, self.issued.len(), "the model numbers them one after the other");
        let is_known = self.issued.iter().any(|(known, secret)| *known == id || *secret == token);
        assert!(!is_known, "an id or a token is used twice");
        self.issued.push((id, token));
    }

    /// The id of a key that came without one: the newest of its owner.
    pub(crate) fn id_of_newest(&self, token: &str) -> String {
        let keys = self.stage.server.client(token).get("/api/keys").gives(200).json();
        text(&keys.as_array().unwrap().last().unwrap()["id"])
    }

    pub(crate) fn id(&self, handle: Handle) -> &str {
        &self.issued[handle].0
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

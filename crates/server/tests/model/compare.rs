//! Whether an answer is what the model says.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    answer::{Gets, Handle, Refusal},
    client::Reply,
    directory::Tag,
    serving::{Served, text},
};

pub(crate) fn check(served: &mut Served, gets: &Gets, reply: &Reply) {
    match gets {
        Gets::Done(status) => {
            must_be(reply, *status);
            assert_eq!(reply.text(), "");
        }
        Gets::Refusal(refusal) => must_refuse(reply, refusal),
        Gets::Unchanged(tag) => {
            must_be(reply, 304);
            assert_eq!(reply.text(), "");
            must_be_tagged(served, reply, *tag);
        }
        Gets::User(view, tag) => {
            must_be(reply, 200);
            assert_eq!(reply.json(), *view);
            must_be_tagged(served, reply, *tag);
        }
        Gets::List(views) => must_be_list(served, reply, views),
        Gets::Page(views, more) => {
            must_be(reply, 200);
            assert_eq!(reply.json(), Value::from(views.clone()));
            let next = reply.find("link").is_some_and(|link| link.ends_with("rel=\"next\""));
            assert_eq!(next, *more, "{:?}", reply.find("link"));
        }
        Gets::Created(email) => {
            must_be(reply, 201);
            assert_eq!(reply.text(), "");
            let location = reply.find("location").unwrap();
            assert_eq!(location, format!("/api/users/{email}"));
        }
        Gets::Credential(handle, members) => {
            must_be(reply, 201);
            let json = must_hold(&reply.json(), members);
            let token = json.get("apiKey").or_else(|| json.get("token")).unwrap();
            served.note(*handle, text(&json["id"]), text(token));
        }
        Gets::BareKey(handle) => {
            must_be(reply, 200);
            let token = text(&reply.json());
            let id = served.id_of_newest(&token);
            served.note(*handle, id, token);
        }
        Gets::Credentials(held) => must_list(served, reply, held),
        Gets::Object(status, members) => {
            must_be(reply, *status);
            must_hold(&reply.json(), members);
        }
        Gets::Nothing | Gets::Outcome(_) | Gets::IssuedKey(_) => {
            panic!("a request is not answered with {gets:?}")
        }
    }
}

fn must_be(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{}", reply.text());
}

fn must_refuse(reply: &Reply, refusal: &Refusal) {
    must_be(reply, refusal.status);
    assert_eq!(reply.find("content-type"), Some("application/problem+json"));
    let problem = reply.json();
    assert_eq!(problem["code"], refusal.code, "{problem}");
    assert_eq!(problem["status"], refusal.status, "{problem}");
    assert_eq!(problem["type"], format!("urn:dqops-users:problem:{}", refusal.code), "{problem}");
    assert!(
        !text(&problem["detail"]).is_empty() && !text(&problem["title"]).is_empty(),
        "{problem}"
    );
    let fields: Vec<_> = problem["errors"].as_array().into_iter().flatten().collect();
    let fields: Vec<_> = fields.iter().map(|error| text(&error["field"])).collect();
    assert_eq!(fields, Vec::from_iter(refusal.field.clone()), "{problem}");
    assert_eq!(reply.find("www-authenticate").is_some(), refusal.status == 401);
}

/// One state of a user has one tag, and no other state has it.
fn must_be_tagged(served: &mut Served, reply: &Reply, state: Tag) {
    let tag = reply.find("etag").unwrap().to_owned();
    let of_others = served.tags.iter().find(|(other, text)| **other != state && **text == tag);
    assert_eq!(of_others, None, "one tag for two states");
    let known = served.tags.entry(state).or_insert_with(|| tag.clone());
    assert_eq!(*known, tag, "two tags for one state");
}

/// The list, or the answer that it is as it was, which it then must be.
fn must_be_list(served: &mut Served, reply: &Reply, views: &[Value]) {
    let tag = reply.find("etag").unwrap().to_owned();
    let body = if reply.status == 304 {
        assert_eq!(reply.text(), "");
        let (known, body) = served.list.clone().unwrap();
        assert_eq!(known, tag);
        body
    } else {
        must_be(reply, 200);
        reply.text()
    };
    let list: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(list, Value::from(views.to_vec()));
    if let Some((known, before)) = served.list.replace((tag.clone(), body.clone())) {
        assert!(known != tag || before == body, "one tag for two lists");
    }
}

/// Keys or sessions, in their order, and nothing secret among them.
fn must_list(served: &Served, reply: &Reply, held: &[(Handle, Map<String, Value>)]) {
    must_be(reply, 200);
    assert!(!reply.text().contains("dqu_"), "{}", reply.text());
    let json = reply.json();
    let listed = json.as_array().unwrap();
    let ids: Vec<_> = listed.iter().map(|one| text(&one["id"])).collect();
    let expected: Vec<_> = held.iter().map(|(handle, _)| served.id(*handle)).collect();
    assert_eq!(ids, expected);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    for (one, (_, members)) in listed.iter().zip(held) {
        must_hold(one, members);
    }
}

/// Has at least those members.
fn must_hold(json: &Value, members: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in members {
        assert_eq!(json[name], *value, "{name} of {json}");
    }
    json.as_object().unwrap().clone()
}

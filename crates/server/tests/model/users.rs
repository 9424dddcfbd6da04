//! The model's requests and answers that are about users.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    answer::{Bearer, Body, Gets, Refusal, Request, Tags, invalid, missing, refuse},
    directory::{Caller, Directory},
    operation::{Act, Believed, DOMAINS, EMAILS, Named, Repeated, Role, Wish, encode},
};

impl Directory {
    /// The request of an act.
    pub(crate) fn request(&self, by: Bearer, act: &Act) -> Request {
        let get = |path: String| Request::new(by, "GET", path);
        match act {
            Act::List { believed } => {
                let list = get("/api/users".to_owned());
                list.under("If-None-Match", believed.then_some(Tags::OfList))
            }
            Act::Page { search, role, limit, after } => {
                let parameters = [
                    search.map(|text| format!("search={}", encode(text))),
                    role.map(|role| format!("role={}", role.name())),
                    limit.map(|limit| format!("limit={limit}")),
                    after.map(|which| format!("after={}", encode(EMAILS[which]))),
                ];
                let parameters: Vec<_> = parameters.into_iter().flatten().collect();
                get(format!("/api/users?{}", parameters.join("&")))
            }
            Act::Get(named, believed) => {
                get(user(*named)).under("If-None-Match", self.tags(*named, *believed))
            }
            Act::Create(named, wish) => {
                let body = described(Some(named.sent()), wish);
                Request::new(by, "POST", "/api/users").with_json(body)
            }
            Act::Update(named, repeated, wish, believed) => {
                let email = match repeated {
                    Repeated::Same(spelling) => Some(spelling.of(named.text())),
                    Repeated::Missing => None,
                    Repeated::Other(other) => Some(other.sent()),
                };
                let request = Request::new(by, "PUT", user(*named));
                let request = request.with_json(described(email, wish));
                request.under("If-Match", self.tags(*named, *believed))
            }
            Act::Delete(named, believed) => {
                let request = Request::new(by, "DELETE", user(*named));
                request.under("If-Match", self.tags(*named, *believed))
            }
            Act::Profile => get("/api/environment/profile".to_owned()),
            Act::SetUp => {
                let code = json!({"code": "dqu_setup_x", "email": "late@example.com"});
                Request::new(by, "POST", "/api/setup").with_body(Body::Json(code))
            }
            _ => self.request_of_credentials(by, act),
        }
    }

    /// The answer to an act, which it does.
    pub(crate) fn answer(&mut self, by: Bearer, act: &Act) -> Gets {
        if let Act::SetUp = act {
            return Gets::Refusal(refuse(409, "already_set_up"));
        }
        if let Act::SignIn(named, secret) = act {
            return self.sign_in(*named, *secret).into();
        }
        let caller = match self.caller(by) {
            Ok(caller) => caller,
            Err(refusal) => return Gets::Refusal(refusal),
        };
        match act {
            Act::List { .. } => self.list(caller).into(),
            Act::Page { search, role, limit, after } => {
                self.page(caller, *search, *role, *limit, *after).into()
            }
            Act::Get(named, believed) => self.get(caller, *named, *believed).into(),
            Act::Create(named, wish) => self.create(caller, *named, wish).into(),
            Act::Update(named, repeated, wish, believed) => {
                self.update(caller, *named, *repeated, wish, *believed).into()
            }
            Act::Delete(named, believed) => self.delete(caller, *named, *believed).into(),
            Act::Profile => self.profile(caller).into(),
            _ => self.answer_of_credentials(caller, act).into(),
        }
    }

    fn list(&self, caller: Caller) -> Result<Gets, Refusal> {
        caller.must(Role::Viewer)?;
        Ok(Gets::List(self.users.keys().map(|email| self.view(email)).collect()))
    }

    fn page(
        &self,
        caller: Caller,
        search: Option<&str>,
        role: Option<Role>,
        limit: Option<usize>,
        after: Option<usize>,
    ) -> Result<Gets, Refusal> {
        if search.is_none() && role.is_none() && limit.is_none() && after.is_none() {
            return self.list(caller);
        }
        caller.must(Role::Viewer)?;
        let limit = limit.unwrap_or(100);
        if !(1..=1000).contains(&limit) {
            return Err(invalid("limit"));
        }
        let is_wanted = |(email, user): &(&&str, &crate::directory::User)| {
            search.is_none_or(|text| email.contains(&text.to_lowercase()))
                && role.is_none_or(|role| role == user.role)
                && after.is_none_or(|which| **email > EMAILS[which])
        };
        let found: Vec<_> =
            self.users.iter().filter(is_wanted).map(|(email, _)| self.view(email)).collect();
        let more = found.len() > limit;
        Ok(Gets::Page(found.into_iter().take(limit).collect(), more))
    }

    fn get(&mut self, caller: Caller, named: Named, believed: Believed) -> Result<Gets, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        caller.must(Role::Viewer)?;
        self.must_exist(email)?;
        let tag = self.tag(email);
        let is_known = self.tags(named, believed).is_some_and(|tags| match tags {
            Tags::Any => true,
            Tags::OfUser(known) => known == tag,
            Tags::Junk | Tags::OfList => false,
        });
        self.seen.push((email, tag));
        Ok(if is_known { Gets::Unchanged(tag) } else { Gets::User(self.view(email), tag) })
    }

    fn create(&mut self, caller: Caller, named: Named, wish: &Wish) -> Result<Gets, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        let role = wish.known_role()?.ok_or_else(|| missing("accountRole"))?;
        caller.must(Role::Admin)?;
        if self.users.contains_key(email) {
            return Err(refuse(409, "user_exists"));
        }
        let domains = self.domains_after(wish, &BTreeMap::new())?;
        self.licence.allows_one_more(self.users.len())?;
        self.add_user(email, role, domains);
        Ok(Gets::Created(email.to_owned()))
    }

    fn update(
        &mut self,
        caller: Caller,
        named: Named,
        repeated: Repeated,
        wish: &Wish,
        believed: Believed,
    ) -> Result<Gets, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        let sent = match repeated {
            Repeated::Same(_) => Some(email),
            Repeated::Missing => None,
            Repeated::Other(other) => Some(other.email().ok_or_else(|| invalid("email"))?),
        };
        let role = wish.known_role()?;
        if sent.ok_or_else(|| missing("email"))? != email {
            return Err(refuse(406, "email_immutable"));
        }
        caller.must(Role::Admin)?;
        self.must_exist(email)?;
        if !self.is_as_believed(named, email, believed) {
            return Err(refuse(412, "precondition_failed"));
        }
        let user = &self.users[email];
        let role = role.unwrap_or(user.role);
        let domains = self.domains_after(wish, &user.domains)?;
        if role == user.role && domains == user.domains {
            return Ok(Gets::Done(204));
        }
        // No role is the weakest: `None` sorts before every role in a domain.
        let is_stronger = |name: &&str| domains.get(name) > user.domains.get(name);
        if role > user.role || DOMAINS.iter().any(is_stronger) {
            self.licence.allows_more_rights()?;
        } else {
            self.licence.allows_less(self.users.len())?;
        }
        if role != Role::Admin {
            self.must_not_be_last_admin(email)?;
        }
        let changed = self.tick();
        if let Some(user) = self.users.get_mut(email) {
            (user.role, user.domains, user.changed) = (role, domains, changed);
        }
        Ok(Gets::Done(204))
    }

    fn delete(
        &mut self,
        caller: Caller,
        named: Named,
        believed: Believed,
    ) -> Result<Gets, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        caller.must(Role::Admin)?;
        self.must_exist(email)?;
        if !self.is_as_believed(named, email, believed) {
            return Err(refuse(412, "precondition_failed"));
        }
        self.licence.allows_less(self.users.len())?;
        self.must_not_be_last_admin(email)?;
        self.users.remove(email);
        Ok(Gets::Done(204))
    }

    fn profile(&self, caller: Caller) -> Result<Gets, Refusal> {
        caller.must(Role::Viewer)?;
        let may = |role| caller.role >= role;
        let members = json!({
            "user": caller.email,
            "tenant": "ACME",
            "account_role": caller.role.name(),
            "license_type": self.licence.kind(),
            "users_limit": self.licence.seats(),
            "can_view_any_object": may(Role::Viewer),
            "can_run_checks": may(Role::Operator),
            "can_manage_data_sources": may(Role::Editor),
            "can_manage_users": may(Role::Admin),
            "can_use_data_domains": self.licence.has_domains(),
        });
        Ok(Gets::Object(200, members.as_object().cloned().unwrap_or_default()))
    }

    /// The roles in data domains that a user will have.
    fn domains_after(
        &self,
        wish: &Wish,
        before: &BTreeMap<&'static str, Role>,
    ) -> Result<BTreeMap<&'static str, Role>, Refusal> {
        let Some(sent) = &wish.domains else { return Ok(before.clone()) };
        let sent: BTreeMap<_, _> =
            sent.iter().map(|(which, role)| (DOMAINS[*which], *role)).collect();
        let real: BTreeMap<_, _> =
            sent.into_iter().filter(|(_, role)| *role != Role::None).collect();
        if !self.licence.has_domains() && real.is_empty() {
            return Ok(before.clone());
        }
        self.licence.allows_domain_roles()?;
        match real.keys().find(|name| !self.domains.contains(*name)) {
            Some(unknown) => Err(invalid(format!("dataDomainRoles.{unknown}"))),
            None => Ok(real),
        }
    }

    pub(crate) fn must_exist(&self, email: &str) -> Result<(), Refusal> {
        if self.users.contains_key(email) { Ok(()) } else { Err(refuse(404, "user_not_found")) }
    }

    fn must_not_be_last_admin(&self, email: &str) -> Result<(), Refusal> {
        let admins = self.users.values().filter(|user| user.role == Role::Admin).count();
        let is_last = admins == 1 && self.users[email].role == Role::Admin;
        if is_last { Err(refuse(409, "last_admin")) } else { Ok(()) }
    }
}

impl Caller {
    pub(crate) fn must(self, role: Role) -> Result<(), Refusal> {
        if self.role >= role { Ok(()) } else { Err(refuse(403, "permission_denied")) }
    }

    /// One's own things need a role; everybody else's an admin's.
    pub(crate) fn must_own(self, email: Option<&str>) -> Result<(), Refusal> {
        self.must(if email == Some(self.email) { Role::Viewer } else { Role::Admin })
    }
}

impl Wish {
    /// The role that is wished for; one that is none is refused.
    fn known_role(&self) -> Result<Option<Role>, Refusal> {
        self.role.map(|role| role.ok_or_else(|| invalid("accountRole"))).transpose()
    }
}

fn user(named: Named) -> String {
    format!("/api/users/{}", named.encoded())
}

fn described(email: Option<String>, wish: &Wish) -> Value {
    let mut body = Map::new();
    if let Some(email) = email {
        body.insert("email".to_owned(), email.into());
    }
    if let Some(role) = wish.role {
        body.insert("accountRole".to_owned(), role.map_or("king", Role::name).into());
    }
    if let Some(domains) = &wish.domains {
        let roles: Map<_, _> = domains
            .iter()
            .map(|(which, role)| (DOMAINS[*which].to_owned(), role.name().into()))
            .collect();
        body.insert("dataDomainRoles".to_owned(), roles.into());
    }
    body.into()
}

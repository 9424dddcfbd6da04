//! The model: the directory as its rules say, without a server, a database or a clock.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    answer::{Asks, Bearer, Exchange, Gets, Handle, Refusal, Tags, refuse},
    licence::Terms,
    operation::{Act, Believed, By, DOMAINS, EMAILS, Named, Role, Step},
};

/// Which state of a user was shown: when the user last changed, and the data domains where they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tag {
    user: u32,
    domains: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    /// Whom it is about, also after the email was given to somebody else.
    pub(crate) person: u32,
    pub(crate) role: Role,
    pub(crate) domains: BTreeMap<&'static str, Role>,
    pub(crate) password: Option<usize>,
    pub(crate) has_link: bool,
    pub(crate) changed: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) person: u32,
    pub(crate) is_session: bool,
    pub(crate) name: String,
    pub(crate) is_valid: bool,
}

/// The directory, and the last exchange.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) licence: Terms,
    /// Licences that were issued.
    pub(crate) issued: u32,
    pub(crate) users: BTreeMap<&'static str, User>,
    pub(crate) domains: BTreeSet<&'static str>,
    /// Names of data domains are used once.
    pub(crate) used_domains: BTreeSet<&'static str>,
    pub(crate) domains_changed: u32,
    pub(crate) credentials: Vec<Credential>,
    /// Counts changes.
    pub(crate) now: u32,
    /// What was shown of whom.
    pub(crate) seen: Vec<(&'static str, Tag)>,
    /// Sign-ins that failed, by email; others than emails under none.
    pub(crate) failures: BTreeMap<Option<&'static str>, u32>,
    pub(crate) last: Exchange,
}

/// The caller of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) email: &'static str,
    pub(crate) role: Role,
    pub(crate) person: u32,
    /// The session by which the caller acts.
    pub(crate) session: Option<Handle>,
}

/// How often somebody may fail, well below the throttle.
const MAX_FAILURES: u32 = 9;

impl Directory {
    /// After the set-up: one admin, who has one key.
    pub(crate) fn new(licence: Terms) -> Self {
        let mut directory = Self {
            licence,
            issued: 0,
            users: BTreeMap::new(),
            domains: BTreeSet::from([DOMAINS[0]]),
            used_domains: BTreeSet::from([DOMAINS[0]]),
            domains_changed: 0,
            credentials: Vec::new(),
            now: 0,
            seen: Vec::new(),
            failures: BTreeMap::new(),
            last: Exchange { asks: Asks::Nothing, gets: Gets::Nothing },
        };
        let person = directory.add_user(EMAILS[0], Role::Admin, BTreeMap::new());
        directory.add_credential(person, false, "set-up");
        directory
    }

    /// Does the step; the exchange that it amounts to is in `last`.
    pub(crate) fn after(mut self, step: &Step) -> Self {
        let by = self.bearer(step.by);
        self.last = if !self.has_admin_at_hand() {
            // Nobody can do much before the command line helps.
            self.command(&Act::CommandKey(self.first_admin()))
        } else if self.is_throttled(&step.act) {
            // What comes back would depend on the time.
            Exchange { asks: Asks::Nothing, gets: Gets::Nothing }
        } else {
            self.exchange(by, &step.act)
        };
        let admins = self.users.values().filter(|user| user.role == Role::Admin);
        assert_ne!(admins.count(), 0, "the model itself lost its last admin");
        self
    }

    fn is_throttled(&self, act: &Act) -> bool {
        let Act::SignIn(named, _) = act else { return false };
        self.failures.get(&named.email()).is_some_and(|failures| *failures >= MAX_FAILURES)
    }

    fn first_admin(&self) -> usize {
        let is_admin =
            |email: &&str| self.users.get(email).is_some_and(|user| user.role == Role::Admin);
        EMAILS.iter().position(is_admin).unwrap_or_default()
    }

    fn exchange(&mut self, by: Bearer, act: &Act) -> Exchange {
        if let Act::CommandKey(_) | Act::AddDomain(_) | Act::RemoveDomain(_) | Act::Install(_) = act
        {
            return self.command(act);
        }
        let request = self.request(by, act);
        let gets = self.answer(by, act);
        Exchange { asks: Asks::Http(request), gets }
    }

    fn command(&mut self, act: &Act) -> Exchange {
        let asks = |args: &[&str]| Asks::Command(args.iter().map(ToString::to_string).collect());
        match *act {
            Act::CommandKey(which) => {
                let email = EMAILS[which];
                let asks = asks(&["api-key", "issue", email, "--name", "by hand", "--json"]);
                let Some(user) = self.users.get(email) else {
                    return Exchange { asks, gets: Gets::Outcome(false) };
                };
                let handle = self.add_credential(user.person, false, "by hand");
                Exchange { asks, gets: Gets::IssuedKey(handle) }
            }
            Act::AddDomain(which) => {
                let name = DOMAINS[which];
                let is_added = self.licence.allows_more_domains() && self.used_domains.insert(name);
                if is_added {
                    self.domains.insert(name);
                    self.domains_changed = self.tick();
                }
                Exchange {
                    asks: asks(&["data-domain", "add", name]),
                    gets: Gets::Outcome(is_added),
                }
            }
            Act::RemoveDomain(which) => {
                let name = DOMAINS[which];
                let is_removed = name != DOMAINS[0] && self.domains.remove(name);
                if is_removed {
                    self.domains_changed = self.tick();
                    for user in self.users.values_mut() {
                        user.domains.remove(name);
                    }
                }
                let asks = asks(&["data-domain", "remove", name]);
                Exchange { asks, gets: Gets::Outcome(is_removed) }
            }
            Act::Install(terms) => {
                self.issued += 1;
                self.licence = terms;
                Exchange { asks: Asks::Licence(terms, self.issued), gets: Gets::Outcome(true) }
            }
            ref other => unreachable!("{other:?} is no command"),
        }
    }

    /// The caller, if the credential is good.
    pub(crate) fn caller(&self, by: Bearer) -> Result<Caller, Refusal> {
        match by {
            Bearer::Nobody => Err(refuse(401, "authentication_required")),
            Bearer::Junk => Err(refuse(401, "invalid_credential")),
            Bearer::Holder(handle) => self.holder(handle).ok_or(refuse(401, "invalid_credential")),
        }
    }

    fn holder(&self, handle: Handle) -> Option<Caller> {
        let credential = self.credentials.get(handle).filter(|credential| credential.is_valid)?;
        let (email, user) = self.person(credential.person)?;
        let session = credential.is_session.then_some(handle);
        Some(Caller { email, role: user.role, person: user.person, session })
    }

    pub(crate) fn person(&self, person: u32) -> Option<(&'static str, &User)> {
        let found = self.users.iter().find(|(_, user)| user.person == person);
        found.map(|(email, user)| (*email, user))
    }

    /// The credential by which a step is done.
    fn bearer(&self, by: By) -> Bearer {
        let all = 0..self.credentials.len();
        let (held, former): (Vec<_>, Vec<_>) =
            all.partition(|handle| self.holder(*handle).is_some());
        let admins = held
            .iter()
            .copied()
            .filter(|handle| self.holder(*handle).is_some_and(|caller| caller.role == Role::Admin));
        let admins: Vec<_> = admins.collect();
        let pick = |from: &[Handle], number: usize| {
            (!from.is_empty()).then(|| Bearer::Holder(from[number % from.len()]))
        };
        let found = match by {
            By::Admin(number) => pick(&admins, number).or_else(|| pick(&held, number)),
            By::Anyone(number) => pick(&held, number),
            By::Former(number) => pick(&former, number),
            By::Nobody => None,
            By::Junk => return Bearer::Junk,
        };
        found.unwrap_or(Bearer::Nobody)
    }

    /// Whether an admin can still be spoken for.
    fn has_admin_at_hand(&self) -> bool {
        let mut all = 0..self.credentials.len();
        all.any(|handle| self.holder(handle).is_some_and(|caller| caller.role == Role::Admin))
    }

    pub(crate) const fn tick(&mut self) -> u32 {
        self.now += 1;
        self.now
    }

    /// Adds a user and says who it is.
    pub(crate) fn add_user(
        &mut self,
        email: &'static str,
        role: Role,
        domains: BTreeMap<&'static str, Role>,
    ) -> u32 {
        let changed = self.tick();
        let person = changed;
        let user = User { person, role, domains, password: None, has_link: false, changed };
        self.users.insert(email, user);
        person
    }

    pub(crate) fn add_credential(&mut self, person: u32, is_session: bool, name: &str) -> Handle {
        let name = name.to_owned();
        self.credentials.push(Credential { person, is_session, name, is_valid: true });
        self.credentials.len() - 1
    }

    /// The user, as it is shown.
    pub(crate) fn view(&self, email: &str) -> Value {
        let user = &self.users[email];
        let mut view = json!({"email": email, "accountRole": user.role.name()});
        if self.licence.has_domains() {
            let role = |name| user.domains.get(name).map_or("none", |role| role.name());
            view["dataDomainRoles"] = self
                .domains
                .iter()
                .map(|name| ((*name).to_owned(), Value::from(role(name))))
                .collect();
        }
        view
    }

    pub(crate) fn tag(&self, email: &str) -> Tag {
        let domains = self.licence.has_domains().then_some(self.domains_changed);
        Tag { user: self.users[email].changed, domains }
    }

    /// The value of a condition on a user.
    pub(crate) fn tags(&self, named: Named, believed: Believed) -> Option<Tags> {
        match believed {
            Believed::Whatever => None,
            Believed::Any => Some(Tags::Any),
            Believed::Junk => Some(Tags::Junk),
            Believed::Latest => {
                let of_user = |(email, _): &&(&'static str, Tag)| Some(*email) == named.email();
                self.seen.iter().rev().find(of_user).map(|(_, tag)| Tags::OfUser(*tag))
            }
            Believed::Seen(number) => {
                let tag = self.seen.get(number % self.seen.len().max(1));
                tag.map(|(_, tag)| Tags::OfUser(*tag))
            }
        }
    }

    /// Whether the user is as is believed.
    pub(crate) fn is_as_believed(&self, named: Named, email: &str, believed: Believed) -> bool {
        match self.tags(named, believed) {
            None | Some(Tags::Any) => true,
            Some(Tags::OfUser(tag)) => tag == self.tag(email),
            Some(Tags::Junk | Tags::OfList) => false,
        }
    }
}

//! Which operations are tried, and how often each.

use std::ops::RangeInclusive;

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_oneof, sample,
};

use crate::{
    licence::{Kind, Terms},
    operation::{
        Act, BAD_PASSWORDS, Believed, By, DOMAINS, EMAILS, NO_EMAILS, Named, PASSWORDS, Repeated,
        Role, Secret, Spelling, Step, Whose, Wish,
    },
};

/// A licence, and what is done under it.
pub(crate) fn life(length: RangeInclusive<usize>) -> impl Strategy<Value = (Terms, Vec<Step>)> {
    (terms(), vec(step(), length))
}

/// Boxed: shrinking goes down the whole list, and each step's tree would lie on the stack.
fn step() -> BoxedStrategy<Step> {
    (by(), act()).prop_map(|(by, act)| Step { by, act }).boxed()
}

fn terms() -> impl Strategy<Value = Terms> {
    let kind =
        prop_oneof![5 => Just(Kind::Enterprise), 4 => Just(Kind::Team), 2 => Just(Kind::Free)];
    let has_lapsed = prop_oneof![6 => Just(false), 1 => Just(true)];
    (kind, 2..6_usize, has_lapsed).prop_map(|(kind, seats, has_lapsed)| Terms {
        kind,
        seats,
        has_lapsed,
    })
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        12 => number().prop_map(By::Admin),
        6 => number().prop_map(By::Anyone),
        1 => number().prop_map(By::Former),
        1 => prop_oneof![Just(By::Nobody), Just(By::Junk)],
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        10 => about_users(),
        3 => about_passwords(),
        4 => about_credentials(),
        1 => on_the_command_line(),
    ]
}

fn about_users() -> impl Strategy<Value = Act> {
    let page = (option::of(search()), option::of(role()), option::of(limit()), option::of(email()));
    prop_oneof![
        2 => any::<bool>().prop_map(|believed| Act::List { believed }),
        1 => page.prop_map(|(search, role, limit, after)| Act::Page { search, role, limit, after }),
        3 => (named(), believed()).prop_map(|(named, believed)| Act::Get(named, believed)),
        5 => (named(), wish()).prop_map(|(named, wish)| Act::Create(named, wish)),
        6 => (named(), repeated(), wish(), believed())
            .prop_map(|(named, repeated, wish, believed)| Act::Update(named, repeated, wish, believed)),
        2 => (named(), believed()).prop_map(|(named, believed)| Act::Delete(named, believed)),
        1 => Just(Act::Profile),
    ]
}

fn about_passwords() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (named(), secret(), any::<bool>())
            .prop_map(|(named, secret, as_text)| Act::SetPassword(named, secret, as_text)),
        1 => (secret(), any::<bool>())
            .prop_map(|(secret, as_text)| Act::SetOwnPassword(secret, as_text)),
        6 => (named(), secret()).prop_map(|(named, secret)| Act::SignIn(named, secret)),
    ]
}

fn about_credentials() -> impl Strategy<Value = Act> {
    let name = sample::select(vec!["nightly", " two words ", "", "with\na line"]);
    let days = option::of(sample::select(vec![0, 1, 90, 366, 367]));
    prop_oneof![
        1 => Just(Act::SignOut),
        2 => whose().prop_map(Act::Sessions),
        1 => number().prop_map(Act::EndSession),
        1 => whose().prop_map(Act::EndSessions),
        2 => (name, days).prop_map(|(name, days)| Act::CreateKey { name, days }),
        1 => Just(Act::IssueKey),
        2 => whose().prop_map(Act::Keys),
        1 => number().prop_map(Act::RevokeKey),
        1 => named().prop_map(Act::IssueLink),
        1 => named().prop_map(Act::Link),
        1 => named().prop_map(Act::RevokeLink),
        1 => Just(Act::SetUp),
    ]
}

fn on_the_command_line() -> impl Strategy<Value = Act> {
    let domain = 0..DOMAINS.len() - 1;
    prop_oneof![
        2 => email().prop_map(Act::CommandKey),
        3 => domain.clone().prop_map(Act::AddDomain),
        1 => domain.prop_map(Act::RemoveDomain),
        2 => terms().prop_map(Act::Install),
    ]
}

/// Chooses among what there is.
fn number() -> impl Strategy<Value = usize> {
    0..100_usize
}

fn email() -> impl Strategy<Value = usize> {
    0..EMAILS.len()
}

fn named() -> impl Strategy<Value = Named> {
    let no_email = EMAILS.len()..EMAILS.len() + NO_EMAILS.len();
    // A few of them often, so that much happens to each.
    let which = prop_oneof![12 => 0..3_usize, 8 => email(), 1 => no_email];
    (which, spelling()).prop_map(|(which, spelling)| Named { which, spelling })
}

fn spelling() -> impl Strategy<Value = Spelling> {
    prop_oneof![5 => Just(Spelling::Plain), 1 => Just(Spelling::Upper), 1 => Just(Spelling::Padded)]
}

fn repeated() -> impl Strategy<Value = Repeated> {
    prop_oneof![
        12 => spelling().prop_map(Repeated::Same),
        1 => Just(Repeated::Missing),
        1 => named().prop_map(Repeated::Other),
    ]
}

fn whose() -> impl Strategy<Value = Whose> {
    prop_oneof![2 => Just(Whose::Own), 2 => named().prop_map(Whose::Of), 1 => Just(Whose::Everybodys)]
}

fn believed() -> impl Strategy<Value = Believed> {
    prop_oneof![
        4 => Just(Believed::Whatever),
        2 => Just(Believed::Latest),
        1 => number().prop_map(Believed::Seen),
        1 => prop_oneof![Just(Believed::Any), Just(Believed::Junk)],
    ]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        2 => Just(Role::Admin),
        1 => Just(Role::Editor),
        1 => Just(Role::Operator),
        1 => Just(Role::Viewer),
        1 => Just(Role::None),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let role = prop_oneof![
        16 => role().prop_map(|role| Some(Some(role))),
        3 => Just(None),
        1 => Just(Some(None)),
    ];
    let domains = vec((0..DOMAINS.len(), role_in_domain()), 0..3);
    (role, option::weighted(0.4, domains)).prop_map(|(role, domains)| Wish { role, domains })
}

fn role_in_domain() -> impl Strategy<Value = Role> {
    prop_oneof![2 => role(), 1 => Just(Role::None)]
}

fn secret() -> impl Strategy<Value = Secret> {
    prop_oneof![
        // The first one often, so that it is often the right one.
        6 => Just(Secret::Good(0)),
        2 => (0..PASSWORDS.len()).prop_map(Secret::Good),
        1 => (0..BAD_PASSWORDS.len()).prop_map(Secret::Bad),
        1 => Just(Secret::Missing),
    ]
}

fn search() -> impl Strategy<Value = &'static str> {
    sample::select(vec!["", "EXAMPLE", "o'b", "+", "_", "%", "zzz"])
}

fn limit() -> impl Strategy<Value = usize> {
    sample::select(vec![0, 1, 2, 5, 1000, 1001])
}

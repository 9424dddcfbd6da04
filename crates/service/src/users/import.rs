//! Adding many users at once: all or nothing, with every fault named by its row.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use dqops_users_domain::{
    AccessChange, DataDomainName, Email, Role, Roles, User,
    licence::{ChangeRoles, CreateUser},
};

use super::roles::UserInput;
use crate::{
    Caller, Directory, FieldError, ServiceError,
    work::{Change, Work},
};

/// A row as it was read, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// Where it stands in the file, for messages.
    pub row: u64,
    /// The email.
    pub email: String,
    /// The account role.
    pub account_role: String,
    /// Roles in data domains; `None` leaves them as they are.
    pub data_domain_roles: Option<BTreeMap<String, String>>,
}

/// What to do with users that exist already, and whether to do anything at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportMode {
    /// Change the roles of users that exist, rather than refuse their rows.
    pub update_existing: bool,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Users added.
    pub created: u64,
    /// Users whose roles changed.
    pub updated: u64,
    /// Users that were already as the file says.
    pub unchanged: u64,
    /// Rows at fault. If there is one, nothing was done.
    pub errors: Vec<RowError>,
}

/// A row at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Where it stands in the file.
    pub row: u64,
    /// The email as it was read.
    pub email: String,
    /// What is wrong.
    pub detail: String,
}

/// Is told how many rows are done, of twice their number: first all are checked, then all are written.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

impl Directory {
    /// Imports users: either every row is good and all are taken in one transaction, or none is.
    ///
    /// # Errors
    /// When the caller may not, or the storage fails; rows at fault are in the report.
    pub async fn import_users(
        &self,
        caller: &Caller,
        rows: Vec<ImportRow>,
        mode: ImportMode,
        progress: Progress,
    ) -> Result<ImportReport, ServiceError> {
        self.make(caller, Import { rows, mode, progress }).await
    }
}

/// Rows that are looked up, and written, with one statement.
const AT_ONCE: usize = 64;

struct Import {
    rows: Vec<ImportRow>,
    mode: ImportMode,
    progress: Progress,
}

/// What is to be done for a row that is good.
enum Step {
    Create(Email, Roles),
    Update(User, Roles),
    Nothing,
}

/// What the rows before have used up.
struct Tally {
    users: u64,
    admins: u64,
    seen: HashSet<Email>,
}

#[async_trait]
impl Change for Import {
    type Done = ImportReport;

    async fn make(&self, work: &mut Work<'_>) -> Result<ImportReport, ServiceError> {
        let mut report = ImportReport::default();
        let steps = self.plan(work, &mut report).await?;
        if !report.errors.is_empty() {
            return Ok(ImportReport { errors: report.errors, ..ImportReport::default() });
        }
        let mut done = self.rows.len() as u64;
        for steps in steps.chunks(AT_ONCE) {
            for step in steps {
                let counter = match step {
                    Step::Create(..) => &mut report.created,
                    Step::Update(..) => &mut report.updated,
                    Step::Nothing => &mut report.unchanged,
                };
                *counter += 1;
            }
            if !self.mode.dry_run {
                take(steps, work).await?;
            }
            done += steps.len() as u64;
            (self.progress)(done);
        }
        Ok(report)
    }
}

impl Import {
    async fn plan(
        &self,
        work: &mut Work<'_>,
        report: &mut ImportReport,
    ) -> Result<Vec<Step>, ServiceError> {
        let mut tally = Tally {
            users: work.unit.count_users().await?,
            admins: work.unit.count_admins().await?,
            seen: HashSet::with_capacity(self.rows.len()),
        };
        let had_admin = tally.admins > 0;
        let mut steps = Vec::with_capacity(self.rows.len());
        let mut done = 0;
        for rows in self.rows.chunks(AT_ONCE) {
            let inputs: Vec<_> = rows.iter().map(parse).collect();
            let mut existing = existing(&inputs, work).await?;
            for (row, input) in rows.iter().zip(inputs) {
                match self.step(input, &mut existing, work, &mut tally).await {
                    Ok(step) => steps.push(step),
                    Err(error @ ServiceError::Storage(_)) => return Err(error),
                    Err(error) => report.errors.push(RowError {
                        row: row.row,
                        email: row.email.clone(),
                        detail: error.to_string(),
                    }),
                }
            }
            done += rows.len() as u64;
            (self.progress)(done);
        }
        // Judged over the whole file: a row may make another admin after one was demoted.
        if had_admin && tally.admins == 0 {
            report.errors.push(RowError {
                row: 0,
                email: String::new(),
                detail: "the directory would be left without an admin".to_owned(),
            });
        }
        Ok(steps)
    }

    async fn step(
        &self,
        input: Result<UserInput, ServiceError>,
        existing: &mut HashMap<Email, User>,
        work: &mut Work<'_>,
        tally: &mut Tally,
    ) -> Result<Step, ServiceError> {
        let input = input?;
        let email = input.email.clone().ok_or(ServiceError::MissingField("email"))?;
        if !tally.seen.insert(email.clone()) {
            return Err(ServiceError::invalid("email", "stands in the file twice"));
        }
        match existing.remove(&email) {
            None => {
                let roles = input.roles_after(&Roles::new(Role::None), work).await?;
                let users = tally.users;
                work.licence.permit(CreateUser { users }, work.licence_time)?;
                tally.users += 1;
                tally.admins += u64::from(roles.account == Role::Admin);
                Ok(Step::Create(email, roles))
            }
            Some(user) if self.mode.update_existing => {
                let roles = input.roles_after(&user.roles, work).await?;
                let change = user.roles.change_to(&roles);
                if change == AccessChange::Unchanged {
                    return Ok(Step::Nothing);
                }
                let users = tally.users;
                work.licence.permit(ChangeRoles { change, users }, work.licence_time)?;
                tally.admins += u64::from(roles.account == Role::Admin);
                tally.admins -= u64::from(user.roles.account == Role::Admin);
                Ok(Step::Update(user, roles))
            }
            Some(_) => Err(ServiceError::UserExists(email)),
        }
    }
}

/// The users that the rows name and that exist.
async fn existing(
    inputs: &[Result<UserInput, ServiceError>],
    work: &mut Work<'_>,
) -> Result<HashMap<Email, User>, ServiceError> {
    let named = inputs.iter().flatten().filter_map(|input| input.email.clone());
    let named: HashSet<_> = named.collect();
    let found = work.unit.find_users(&Vec::from_iter(named)).await?;
    Ok(found.into_iter().map(|user| (user.email.clone(), user)).collect())
}

/// Takes some steps: the users who are new with one statement, the audit entries with another.
async fn take(steps: &[Step], work: &mut Work<'_>) -> Result<(), ServiceError> {
    let (mut new, mut entries) = (Vec::new(), Vec::with_capacity(steps.len()));
    let mut users = work.unit.count_users().await?;
    for step in steps {
        match step {
            Step::Nothing => {}
            Step::Create(email, roles) => {
                let permit = work.licence.permit(CreateUser { users }, work.licence_time)?;
                users += 1;
                let (user, entry) = work.new_user(email.clone(), roles.clone());
                new.push((user, permit));
                entries.push(entry);
            }
            Step::Update(user, roles) => {
                let change = user.roles.change_to(roles);
                let change = ChangeRoles { change, users };
                let permit = work.licence.permit(change, work.licence_time)?;
                work.unit.set_roles(user.id, roles, permit).await?;
                entries.push(work.roles_entry(user, roles));
            }
        }
    }
    work.unit.insert_users(new).await?;
    work.audit_all(entries).await
}

fn parse(row: &ImportRow) -> Result<UserInput, ServiceError> {
    let email = row.email.parse().map_err(|error| ServiceError::invalid("email", &error))?;
    let account_role = role("accountRole", &row.account_role)?;
    let mut domains = None;
    if let Some(sent) = &row.data_domain_roles {
        let mut map = BTreeMap::new();
        for (name, text) in sent {
            let field = || format!("dataDomainRoles.{name}");
            let domain: DataDomainName = name
                .parse()
                .map_err(|error| ServiceError::InvalidField(FieldError::new(field(), &error)))?;
            map.insert(domain, role(&field(), text)?);
        }
        domains = Some(map);
    }
    Ok(UserInput {
        email: Some(email),
        account_role: Some(account_role),
        data_domain_roles: domains,
    })
}

fn role(field: &str, text: &str) -> Result<Role, ServiceError> {
    text.trim().parse().map_err(|error| ServiceError::invalid(field, &error))
}

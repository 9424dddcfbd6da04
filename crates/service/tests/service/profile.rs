//! What callers are told about themselves.

use dqops_users_domain::{Role, licence::LicenceType};

use crate::{
    stage::{ADMIN, Stage},
    values::email,
};

#[tokio::test]
async fn a_profile_shows_the_role_of_now_and_the_licence_in_force() {
    let stage = Stage::sqlite().await;
    stage.with_admin().await;
    stage.install(LicenceType::Enterprise, 9).await;
    for role in [Role::Admin, Role::Editor, Role::Operator, Role::Viewer] {
        let name = stage.add(&format!("an-{role}@example.com"), Role::None).await;
        let (_, token, _) = stage.caller_with_key(&name).await;
        stage.set_role(&name, role).await;
        let caller = stage.directory.authenticate(token.expose()).await.unwrap();
        let profile = stage.directory.profile(&caller).await.unwrap();
        assert_eq!((profile.email, profile.account_role), (Some(name), role));
        assert!(profile.has_credential);
        assert_eq!(profile.licence.claims().licence_type, LicenceType::Enterprise);
    }
}

#[tokio::test]
async fn the_profile_of_the_owner_names_it_but_shows_no_credential() {
    let stage = Stage::sqlite().await;
    stage.with_admin().await;
    let owner = stage.directory.owner().await.unwrap();
    let profile = stage.directory.profile(&owner).await.unwrap();
    assert_eq!((profile.email, profile.account_role), (Some(email(ADMIN)), Role::Admin));
    assert!(!profile.has_credential);
}

#[tokio::test]
async fn the_local_operator_has_no_email() {
    let stage = Stage::sqlite().await;
    let profile = stage.directory.profile(&stage.operator()).await.unwrap();
    assert_eq!((profile.email, profile.account_role), (None, Role::Admin));
    assert!(!profile.has_credential && profile.licence.is_evaluation());
}

//! Emails: what is accepted is canonical, and stays so.

use dqops_users_domain::Email;

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(email) = text.parse::<Email>() else { return };
    let form = email.as_str();
    assert!(form.len() <= Email::MAX_LENGTH && form.contains('@'), "{form:?}");
    assert!(form.bytes().all(|byte| byte.is_ascii_graphic()), "{form:?}");
    assert!(
        !form.bytes().any(|byte| byte.is_ascii_uppercase() || b"/?#%\"".contains(&byte)),
        "{form:?}"
    );
    // One form, which is that of every spelling; nothing but case and blanks around it was changed.
    assert_eq!(form, text.trim_ascii().to_ascii_lowercase());
    assert_eq!(form.parse(), Ok(email.clone()));
    assert_eq!(format!("\t{} ", form.to_ascii_uppercase()).parse(), Ok(email));
}

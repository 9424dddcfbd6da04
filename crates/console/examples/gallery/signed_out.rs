//! The pages before the sign-in.

use std::error::Error;

use dqops_users_console::{
    pages::{
        forgot::{ForgotAnswerPage, ForgotPage},
        password_link::{PasswordLinkGonePage, PasswordLinkPage},
        set_up::SetUpPage,
        sign_in::SignInPage,
    },
    views::{Chrome, FieldErrors, Notice, PasswordRule},
};

use crate::{
    Gallery,
    sample::{HOSTILE, at, long_email, noted, outside},
};

const RULE: PasswordRule = PasswordRule { min_length: 12 };

pub(crate) fn put(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let fresh = SetUpPage {
        chrome: outside(),
        code: String::new(),
        email: String::new(),
        password_rule: RULE,
        errors: FieldErrors::none(),
    };
    gallery.put("set-up", &fresh)?;
    let wrong = SetUpPage {
        chrome: noted(insecure(), Notice::Error("That did not work.".to_owned())),
        code: "dqu_setup_nonsense".to_owned(),
        email: HOSTILE.to_owned(),
        errors: FieldErrors::none()
            .with("code", "This is not the code that the server printed last.")
            .with("email", "This is not an email address.")
            .with("password", "Too easy to guess: “password” stands on every list."),
        ..fresh
    };
    gallery.put("set-up-errors", &wrong)?;

    let fresh = SignInPage {
        chrome: outside(),
        email: String::new(),
        return_url: String::new(),
        errors: FieldErrors::none(),
    };
    gallery.put("sign-in", &fresh)?;
    let wrong = SignInPage {
        chrome: Chrome {
            notice: Some(Notice::Error("The email or the password is wrong.".to_owned())),
            may_mail: false,
            ..insecure()
        },
        email: long_email(),
        return_url: "/users/x@example.com".to_owned(),
        errors: FieldErrors::none().with("password", "Type it again."),
    };
    gallery.put("sign-in-errors", &wrong)?;
    let ended = SignInPage {
        chrome: noted(outside(), Notice::Info("Your session has ended. Sign in again.".to_owned())),
        ..fresh
    };
    gallery.put("sign-in-ended", &ended)?;

    let forgot = ForgotPage {
        chrome: outside(),
        email: "jane".to_owned(),
        errors: FieldErrors::none().with("email", "This is not an email address."),
    };
    gallery.put("forgot", &forgot)?;
    gallery.put("forgot-answer", &ForgotAnswerPage { chrome: outside(), email: long_email() })?;

    let link = PasswordLinkPage {
        chrome: outside(),
        email: "jane@example.com".to_owned(),
        until: at(26, 640),
        password_rule: RULE,
        errors: FieldErrors::none().with("password", "It has 7 characters; 12 are needed."),
    };
    gallery.put("password-link", &link)?;
    gallery.put("password-link-gone", &PasswordLinkGonePage { chrome: outside() })?;
    let gone = PasswordLinkGonePage { chrome: Chrome { may_mail: false, ..outside() } };
    gallery.put("password-link-gone-no-mail", &gone)
}

fn insecure() -> Chrome {
    Chrome { is_insecure: true, ..outside() }
}

//! What was done, as pages say it after they were sent to one another: the address holds a word, and
//! the page a sentence.

/// The sentence for the word in `?done=`; `None` for any other word.
#[must_use]
pub(crate) fn done_text(word: &str) -> Option<&'static str> {
    Some(match word {
        "set-up" => "The directory is set up, and you are its first admin.",
        "added" => "The user was added.",
        "roles" => "The roles were saved. They hold from the next request on.",
        "deleted" => "The user was deleted and is signed out everywhere.",
        "link-revoked" => "The password link was revoked.",
        "password" => "The password was set, and the user's sessions were ended.",
        "own-password" => "Your password was changed, and your other sessions were ended.",
        "key-revoked" => "The API key was revoked.",
        "session-ended" => "The session was ended.",
        "sessions-ended" => "All sessions were ended.",
        "licence" => "The licence was installed and is in force.",
        "licence-removed" => "The licence was removed.",
        _ => return None,
    })
}

//! What the server says to whoever started it: a few lines that can be copied.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::SocketAddr,
};

use dqops_users_domain::{Token, licence::Standing};
use dqops_users_http::Authentication;
use dqops_users_service::{LicenceOrigin, LicenceReport};

/// Prints it. That nobody reads standard output is no reason to stop.
pub(super) fn print(
    address: SocketAddr,
    authentication: Authentication,
    setup_code: Option<&Token>,
    licence: &LicenceReport,
) {
    let text = text(address, authentication, setup_code, licence);
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn text(
    address: SocketAddr,
    authentication: Authentication,
    setup_code: Option<&Token>,
    licence: &LicenceReport,
) -> String {
    let base = base_url(address);
    let mut text = format!(
        "\n  dqops-users is ready: open {base}\n  API: {base}/swagger-ui/   Licence: {}\n",
        licence_line(licence)
    );
    if authentication == Authentication::None {
        text.push_str("  No authentication: whoever can connect acts as the oldest admin, or as an admin without a name while there is none.\n");
    }
    if let Some(code) = setup_code {
        let _ = write!(
            text, // to memory: it cannot fail
            "\n  There is no admin yet. Become the first one: open {base}/setup and give this code\n\n\
             {code}\n\n  \
             or do it without a browser (put your own email in); the answer holds your API key:\n\n\
             curl -X POST {base}/api/setup -H 'Content-Type: application/json' \\\n  \
             -d '{{\"code\":\"{code}\",\"email\":\"admin@example.com\"}}'\n\n\
             curl {base}/api/users -H 'Authorization: Bearer YOUR_API_KEY'\n",
            code = code.expose()
        );
    }
    text.push('\n');
    text
}

/// The address as somebody on this machine would type it.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

fn licence_line(licence: &LicenceReport) -> String {
    let claims = &licence.claims;
    let kind = match licence.origin {
        LicenceOrigin::Evaluation => format!("evaluation ({})", claims.licence_type),
        LicenceOrigin::Installed => format!("{} for {}", claims.licence_type, claims.customer),
    };
    let day = claims.expires_at.map(|end| end.strftime("%Y-%m-%d").to_string());
    let until = match (licence.standing, day) {
        (Standing::Lapsed, Some(day)) => format!(", lapsed on {day}: users can be seen, not added"),
        (_, Some(day)) => format!(", until {day}"),
        (_, None) => String::new(),
    };
    format!("{kind}, {} of {} seats used{until}", licence.users, licence.seats)
}

#[cfg(test)]
mod tests {
    use dqops_users_domain::{TokenKind, licence::Licence};

    use super::*;

    fn report() -> LicenceReport {
        let licence = Licence::evaluation("2026-01-01T00:00:00Z".parse().unwrap());
        LicenceReport {
            origin: LicenceOrigin::Evaluation,
            claims: licence.claims().clone(),
            seats: 5,
            users: 0,
            standing: Standing::Valid,
            is_clock_set_back: false,
        }
    }

    #[test]
    fn a_new_installation_says_what_to_do_next() {
        let code = Token::from_random(TokenKind::SetupCode, &[1; 20]);
        let address = "127.0.0.1:8888".parse().unwrap();
        let text = text(address, Authentication::Required, Some(&code), &report());
        assert!(text.contains("curl -X POST http://localhost:8888/api/setup"), "{text}");
        assert!(text.contains(code.expose()), "{text}");
        assert!(text.contains("evaluation (TEAM), 0 of 5 seats used, until 2026-01-31"), "{text}");
        assert!(text.lines().count() <= 16, "{text}");
    }

    #[test]
    fn a_later_start_is_brief() {
        let address = "10.0.0.1:80".parse().unwrap();
        let text = text(address, Authentication::Required, None, &report());
        assert!(text.contains("ready: open http://10.0.0.1:80"), "{text}");
        assert!(!text.contains("setup"), "{text}");
    }
}

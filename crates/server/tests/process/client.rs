//! A small HTTP/1.1 client that can also be slow, rude, or many at once.

use std::{
    fmt::Write as _,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::time::{PATIENCE, eventually};

/// A client of one server, with a credential or without.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    key: Option<String>,
    /// Lines of its own in the head of each request.
    more: String,
}

/// A connection; it stays open from request to request.
pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A body and its content type.
pub(crate) type Body<'b> = Option<(&'b str, &'b str)>;

/// A text as it may stand in a path or in a form.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Asks until the answer is another than that the server is busy, as it may be with hashing, which is
/// nicer than whatever else the machine does.
#[track_caller]
pub(crate) fn patiently(mut ask: impl FnMut() -> Reply) -> Reply {
    eventually(PATIENCE, "the server has time", || {
        Some(ask()).filter(|reply| !reply.is_overloaded())
    })
}

impl Client {
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self { address, key: None, more: String::new() }
    }

    pub(crate) fn by(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same caller, with one more line in the head of each request.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        Self { more: format!("{}{name}: {value}\r\n", self.more), ..self.clone() }
    }

    /// The same caller behind a proxy that names another address.
    pub(crate) fn from(&self, address: &str) -> Self {
        self.with("X-Forwarded-For", address)
    }

    /// The same caller at another server.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap()
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).unwrap()
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None).unwrap()
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, json: &Value) -> Reply {
        self.send("POST", path, Some(("application/json", &json.to_string()))).unwrap()
    }

    #[track_caller]
    pub(crate) fn put(&self, path: &str, json: &Value) -> Reply {
        self.send("PUT", path, Some(("application/json", &json.to_string()))).unwrap()
    }

    #[track_caller]
    pub(crate) fn put_text(&self, path: &str, text: &str) -> Reply {
        self.send("PUT", path, Some(("text/plain", text))).unwrap()
    }

    /// The same, [patiently].
    #[track_caller]
    pub(crate) fn insist(&self, method: &str, path: &str, json: &Value) -> Reply {
        let body = json.to_string();
        patiently(|| self.send(method, path, Some(("application/json", &body))).unwrap())
    }

    /// Adds a user.
    #[track_caller]
    pub(crate) fn add(&self, email: &str, role: &str) -> Reply {
        self.post("/api/users", &json!({"email": email, "accountRole": role}))
    }

    /// The emails of all users.
    #[track_caller]
    pub(crate) fn emails(&self) -> Vec<String> {
        let users = self.get("/api/users").gives(200).json();
        let emails = users.as_array().unwrap().iter();
        emails.map(|user| user["email"].as_str().unwrap().to_owned()).collect()
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, body: Body<'_>) -> io::Result<Reply> {
        self.connect()?.ask(self, method, path, body)
    }

    pub(crate) fn connect(&self) -> io::Result<Wire> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream: BufReader::new(stream) })
    }

    /// The head of a request with a body of that length.
    pub(crate) fn head(&self, method: &str, path: &str, kind: &str, length: usize) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if let Some(key) = &self.key {
            let _ = write!(head, "Authorization: Bearer {key}\r\n");
        }
        if !kind.is_empty() {
            let _ = write!(head, "Content-Type: {kind}\r\nContent-Length: {length}\r\n");
        }
        head + &self.more + "\r\n"
    }
}

impl Wire {
    pub(crate) fn ask(
        &mut self,
        client: &Client,
        method: &str,
        path: &str,
        body: Body<'_>,
    ) -> io::Result<Reply> {
        let (kind, text) = body.unwrap_or_default();
        self.write(&(client.head(method, path, kind, text.len()) + text))?;
        self.reply()
    }

    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(text.as_bytes())
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Reads the next answer.
    pub(crate) fn reply(&mut self) -> io::Result<Reply> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|text| text.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no answer: {first:?}")))?;
        let mut reply = Reply { status, headers: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").ok_or_else(|| io::Error::other("header"))?;
            reply.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        if let Some(length) = reply.find("content-length") {
            reply.body.resize(length.parse().map_err(io::Error::other)?, 0);
            self.stream.read_exact(&mut reply.body)?;
        }
        Ok(reply)
    }

    /// A line without its end; the end of the connection is an error.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn gives(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Is a problem with that status and code.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> Self {
        let reply = self.gives(status);
        assert_eq!(reply.json()["code"], code, "{}", reply.text());
        reply
    }

    /// Whether the server was too busy for it, and nothing else hindered it.
    pub(crate) fn is_overloaded(&self) -> bool {
        let others = ["storage_unavailable", "stopping", "mail_not_sent"];
        self.status == 503 && !others.iter().any(|code| self.text().contains(code))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All of it but what no two answers share.
    pub(crate) fn lasting(&self) -> (u16, Vec<(String, String)>, String) {
        let own = |name: &str| name == "date" || name == "x-request-id";
        let headers = self.headers.iter().filter(|(name, _)| !own(name)).cloned();
        (self.status, headers.collect(), self.text())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

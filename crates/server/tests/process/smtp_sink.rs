//! A mail server that keeps mail, refuses it, or never answers: just enough of RFC 5321.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::time::{PATIENCE, eventually};

/// What the server does with mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes it.
    Takes,
    /// Refuses whoever it is for.
    RefusesReceivers,
    /// Refuses it once it has read it, and repeats all of it.
    RefusesAndRepeats,
    /// Refuses the password.
    RefusesPasswords,
    /// Takes the connection and never says a word.
    Hangs,
    /// Hangs up at once.
    HangsUp,
}

/// One conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    /// The commands, in order.
    pub(crate) commands: Vec<String>,
    /// The mail with its head, its lines as they came.
    pub(crate) mail: String,
}

pub(crate) struct SmtpSink {
    address: SocketAddr,
    talks: Arc<Mutex<Vec<Talk>>>,
}

impl SmtpSink {
    /// Starts it on a free port of this machine; it ends with the test's process.
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let talks = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&talks);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || {
                    let mut talk = Talk::default();
                    // A client that breaks off has said what it has said.
                    let _ = converse(&stream, manner, &mut talk);
                    kept.lock().unwrap().push(talk);
                });
            }
        });
        Self { address, talks }
    }

    pub(crate) fn url(&self, user: &str) -> String {
        format!("smtp://{user}{}", self.address)
    }

    /// The only conversation there was, once it has ended.
    pub(crate) fn talk(&self) -> Talk {
        let talk = eventually(PATIENCE, "the mail server is left", || {
            self.talks.lock().unwrap().first().cloned()
        });
        assert_eq!(self.talks.lock().unwrap().len(), 1);
        talk
    }
}

fn converse(mut stream: &TcpStream, manner: Manner, talk: &mut Talk) -> io::Result<()> {
    if manner == Manner::HangsUp {
        return Ok(());
    }
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes());
    if manner != Manner::Hangs {
        say("220 sink ready")?;
    }
    while let Some(line) = lines.next().transpose()? {
        talk.commands.push(line.clone());
        let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match (command.as_str(), manner) {
            (_, Manner::Hangs) => {}
            ("EHLO", _) => say("250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME")?,
            ("AUTH", Manner::RefusesPasswords) => say("535 5.7.8 wrong password")?,
            ("AUTH", _) => say("235 2.7.0 welcome")?,
            ("RCPT", Manner::RefusesReceivers) => say("550 5.1.1 there is no such mailbox")?,
            ("DATA", _) => {
                say("354 go on")?;
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    talk.mail.push_str(&line);
                    talk.mail.push('\n');
                }
                if manner == Manner::RefusesAndRepeats {
                    let text = talk.mail.replace('\n', "\r\n554-");
                    say(&format!("554-{text}\r\n554 5.7.1 looks bad"))?;
                } else {
                    say("250 2.0.0 kept")?;
                }
            }
            ("QUIT", _) => {
                say("221 2.0.0 bye")?;
                return Ok(());
            }
            _ => say("250 2.0.0 fine")?,
        }
    }
    Ok(())
}

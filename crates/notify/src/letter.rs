//! A letter that somebody is asked to send by SMTP.

use model::Millis;

/// How the way to a server of mail is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS is asked for once the server was greeted; without it nothing is sent.
    StartTls,
    /// TLS from the start.
    Tls,
    /// Not at all.
    Open,
}

/// Where letters go, and by which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The server's name or address.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept secret.
    pub security: Security,
    /// Whom the letters are from: `name@host`, or `Name <name@host>`.
    pub from: String,
    /// Whom they are to, in the same form.
    pub to: Vec<String>,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it goes.
    pub mail: Mail,
    /// One line.
    pub subject: String,
    /// Plain text, with `\n` between lines.
    pub text: String,
    /// The same for programs that show HTML: a page without anything from elsewhere, in which alerts are text.
    pub html: String,
    /// Which letter it is: equal however often the same is sent. Letters and digits of ASCII, and dots.
    pub id: String,
    /// Which letters belong together: those of one group. In the same form.
    pub thread: String,
    /// When it was written.
    pub date: Millis,
}

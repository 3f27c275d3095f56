//! Brings letters to servers of mail, by SMTP. What stands in them, and when they are sent, is `notify`'s.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use model::Login;
use notify::{Letter, Mail, Receiver, Reply, Security};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Without it a reply to everybody who is away could be told of alerts for ever.
const AUTOMATIC: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Why letters cannot be sent as it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It is no address of mail.
    #[error("{0:?} is no address of mail: {1}")]
    Address(String, String),
    /// The certificates cannot be used.
    #[error("{0}")]
    Trust(String),
    /// The letter cannot be written.
    #[error("the letter cannot be written: {0}")]
    Letter(String),
}

/// Whether letters can be written so: addresses, and the file of the authority that is trusted.
///
/// # Errors
/// [`MailError`], what cannot be.
pub fn check(mail: &Mail, ca: Option<&Path>) -> Result<(), MailError> {
    for address in mail.to.iter().chain([&mail.from]) {
        mailbox(address)?;
    }
    tls(mail, ca).map(drop)
}

/// Sends a letter, and says what the server said.
pub(crate) async fn send(letter: &Letter, receiver: &Receiver) -> Reply {
    let (message, tls) = match (message(letter), tls(&letter.mail, receiver.ca.as_deref())) {
        (Ok(message), Ok(tls)) => (message, tls),
        (Err(error), _) | (_, Err(error)) => return Reply::Failed(error.to_string()),
    };
    let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&letter.mail.server)
        .port(letter.mail.port)
        .tls(tls)
        .timeout(Some(receiver.time));
    if let Login::Basic(user, password) = &receiver.login {
        server = server.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
    }
    let sent = tokio::time::timeout(receiver.time, server.build().send(message)).await;
    match sent {
        Ok(Ok(answer)) => {
            Reply::Mail { code: answer.code().into(), text: answer.message().collect::<Vec<_>>().join(" ") }
        }
        Ok(Err(error)) => match error.status() {
            Some(code) => Reply::Mail { code: code.into(), text: causes(&error) },
            None => Reply::Failed(causes(&error)),
        },
        Err(_) => Reply::Failed(format!("no answer within {:?}", receiver.time)),
    }
}

fn message(letter: &Letter) -> Result<Message, MailError> {
    let from = mailbox(&letter.mail.from)?;
    let host = from.email.domain().to_owned();
    let written = SystemTime::UNIX_EPOCH + Duration::from_millis(letter.date.max(0).unsigned_abs());
    let mut message = Message::builder()
        .from(from)
        .subject(&letter.subject)
        .date(written)
        .message_id(Some(format!("<{}@{host}>", letter.id)))
        .references(format!("<{}@{host}>", letter.thread))
        .raw_header(HeaderValue::new(AUTOMATIC, "auto-generated".to_owned()));
    for address in &letter.mail.to {
        message = message.to(mailbox(address)?);
    }
    // Programs show the last that they can.
    let both = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    message.multipart(both).map_err(|error| MailError::Letter(error.to_string()))
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address.parse().map_err(|error: lettre::address::AddressError| {
        MailError::Address(address.to_owned(), error.to_string())
    })
}

/// Who names a file of authorities trusts nobody else.
fn tls(mail: &Mail, ca: Option<&Path>) -> Result<Tls, MailError> {
    if mail.security == Security::Open {
        return Ok(Tls::None);
    }
    let trust = |error: lettre::transport::smtp::Error| MailError::Trust(causes(&error));
    let mut parameters = TlsParameters::builder(mail.server.clone());
    if let Some(path) = ca {
        let unreadable =
            |error: std::io::Error| MailError::Trust(format!("cannot read {}: {error}", path.display()));
        let certificate = Certificate::from_pem(&std::fs::read(path).map_err(unreadable)?).map_err(trust)?;
        parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    let parameters = parameters.build_rustls().map_err(trust)?;
    Ok(match mail.security {
        Security::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

/// An error and what is behind it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        let said = behind.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = behind.source();
    }
    text
}

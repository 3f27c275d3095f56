//! Who is told, and how each wants to be asked: a file for each kind makes a request of a message.

mod alertmanager;
mod chat;
mod mail;
mod page;
mod push;
mod template;
mod webhook;

use crate::letter::{Letter, Mail};
use crate::message::Message;
use crate::request::{Method, Request};
use crate::route::{Route, Timing};
use model::{Login, Secret, limits};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Somebody who is told of alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct Receiver {
    /// What it is called by routes, in metrics and in the log.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How to come in.
    pub login: Login,
    /// Whose certificates are trusted, if not those of the system's authorities: a file.
    pub ca: Option<PathBuf>,
    /// How long a request may take.
    pub time: Duration,
}

/// What is to be done to tell a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// A request of HTTP.
    Call(Request),
    /// A letter.
    Letter(Letter),
}

/// What a receiver is. Addresses may be secrets, so all are but those of mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Takes what Alertmanager sends to webhooks, version 4.
    Webhook {
        /// Where to.
        url: Secret,
    },
    /// An Alertmanager, which is told of everything, again and again.
    Alertmanager {
        /// Its address, without `/api/v2/alerts`.
        url: Secret,
    },
    /// A topic of ntfy.
    Ntfy {
        /// The server.
        url: Secret,
        /// The topic.
        topic: Secret,
    },
    /// Gotify.
    Gotify {
        /// The server.
        url: Secret,
        /// The application's token.
        token: Secret,
    },
    /// A chat of Telegram.
    Telegram {
        /// The server of the Bot API.
        url: Secret,
        /// The bot's token.
        token: Secret,
        /// The chat.
        chat: String,
    },
    /// An incoming webhook of Slack, or of those that read the same.
    Slack {
        /// Where to.
        url: Secret,
    },
    /// A webhook of Discord.
    Discord {
        /// Where to.
        url: Secret,
    },
    /// People who read letters.
    Email(Mail),
    /// Any other that takes HTTP.
    Template {
        /// The method.
        method: Method,
        /// Where to.
        url: Secret,
        /// Headers.
        headers: Vec<(String, Secret)>,
        /// The body, with placeholders; see [`Kind::check`].
        body: String,
    },
}

impl Kind {
    /// The word of the settings.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Alertmanager { .. } => "alertmanager",
            Self::Ntfy { .. } => "ntfy",
            Self::Gotify { .. } => "gotify",
            Self::Telegram { .. } => "telegram",
            Self::Slack { .. } => "slack",
            Self::Discord { .. } => "discord",
            Self::Email(_) => "email",
            Self::Template { .. } => "template",
        }
    }

    /// Where its requests go.
    fn url(&self) -> Option<&Secret> {
        match self {
            Self::Email(_) => None,
            Self::Webhook { url }
            | Self::Alertmanager { url }
            | Self::Ntfy { url, .. }
            | Self::Gotify { url, .. }
            | Self::Telegram { url, .. }
            | Self::Slack { url }
            | Self::Discord { url }
            | Self::Template { url, .. } => Some(url),
        }
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// A placeholder that there is not, by its name.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Template { body, .. } => template::check(body),
            _ => Ok(()),
        }
    }
}

impl Receiver {
    /// What tells `message`.
    pub(crate) fn errand(&self, message: &Message) -> Errand {
        Errand::Call(match &self.kind {
            Kind::Email(mail) => return Errand::Letter(mail::letter(message, mail)),
            Kind::Webhook { url } => Request::json(url.clone(), &webhook::body(message)),
            Kind::Alertmanager { url } => {
                Request::json(joined(url, "/api/v2/alerts"), &alertmanager::body(message))
            }
            Kind::Ntfy { url, topic } => Request::json(url.clone(), &push::ntfy(message, topic)),
            Kind::Gotify { url, token } => Request::json(joined(url, "/message"), &push::gotify(message))
                .with("x-gotify-key", token.reveal()),
            Kind::Telegram { url, token, chat } => {
                let url = joined(url, &format!("/bot{}/sendMessage", token.reveal()));
                Request::json(url, &push::telegram(message, chat))
            }
            Kind::Slack { url } => Request::json(url.clone(), &chat::slack(message)),
            Kind::Discord { url } => Request::json(url.clone(), &chat::discord(message)),
            Kind::Template { method, url, headers, body } => Request {
                method: *method,
                url: url.clone(),
                headers: headers.clone(),
                body: template::filled(body, message, template::is_json(headers)).into_bytes(),
            },
        })
    }

    /// The route as this receiver wants it. An Alertmanager makes groups and waits by itself, and must hear of everything.
    pub(crate) fn suited(&self, route: &Route) -> Route {
        if !matches!(self.kind, Kind::Alertmanager { .. }) {
            return route.clone();
        }
        Route {
            group_by: Vec::new(),
            repeat: BTreeMap::new(),
            timing: Timing { group_wait: 0, group_interval: 0, repeat_interval: limits::ALERTMANAGER_EVERY },
            mute: Vec::new(),
            send_resolved: true,
            ..route.clone()
        }
    }

    /// Alerts that fire and are told of in one message, beyond those that changed.
    pub(crate) fn most_firing(&self) -> usize {
        match self.kind {
            Kind::Alertmanager { .. } => usize::MAX,
            _ => limits::NOTIFY_ALERTS,
        }
    }

    /// Whether it is told of everything so often that repetitions are not worth a line in the log.
    pub(crate) fn is_chatty(&self) -> bool {
        matches!(self.kind, Kind::Alertmanager { .. })
    }

    /// `text` without this receiver's secrets, which an answer may repeat.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets().filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "***");
        }
        text
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let of_kind: Vec<&Secret> = match &self.kind {
            Kind::Gotify { token, .. } | Kind::Telegram { token, .. } => vec![token],
            Kind::Ntfy { topic, .. } => vec![topic],
            Kind::Template { headers, .. } => headers.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        let paths = self.kind.url().and_then(|url| path(url.reveal()));
        of_kind.into_iter().chain(self.login.secret()).map(Secret::reveal).chain(paths)
    }
}

/// What stands behind the host: with some services all of the secret.
fn path(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    (path.len() > 1).then_some(path)
}

fn joined(url: &Secret, path: &str) -> Secret {
    Secret::new(format!("{}{path}", url.reveal().trim_end_matches('/')))
}

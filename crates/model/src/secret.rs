//! Texts that nobody is shown, and how to come in where they are asked for.

use serde::Deserialize;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A password, a token, or an address that is one. It is read from settings and never written: there is no way to show it but
/// to ask for it by [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for whoever asks for it alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// As an argument of the command line.
impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::new(text))
    }
}

/// How to come in, by HTTP's own ways; `S` is where the secret is, if it is not at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Login<S = Secret> {
    /// Without a secret.
    #[default]
    Open,
    /// As this user with this password.
    Basic(String, S),
    /// With this token.
    Bearer(S),
}

impl<S> Login<S> {
    /// What a user, a password and a token come to.
    ///
    /// # Errors
    /// They cannot be meant together; what is said of it names none of them.
    pub fn of(user: Option<String>, password: Option<S>, token: Option<S>) -> Result<Self, &'static str> {
        match (user, password, token) {
            (None, None, None) => Ok(Self::Open),
            (Some(user), Some(password), None) => Ok(Self::Basic(user, password)),
            (None, None, Some(token)) => Ok(Self::Bearer(token)),
            (_, _, Some(_)) => Err("give a token or a user and password, not both"),
            _ => Err("a user needs a password, and a password its user"),
        }
    }

    /// The secret, if there is one.
    pub fn secret(&self) -> Option<&S> {
        match self {
            Self::Open => None,
            Self::Basic(_, secret) | Self::Bearer(secret) => Some(secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, Secret};

    #[test]
    fn a_login_is_open_a_user_with_a_password_or_a_token() {
        let (user, secret) = (|| Some("u".to_owned()), || Some(Secret::new("hidden")));
        assert_eq!(Login::<Secret>::of(None, None, None), Ok(Login::Open));
        let basic = Login::of(user(), secret(), None);
        assert_eq!(basic, Ok(Login::Basic("u".to_owned(), Secret::new("hidden"))));
        assert_eq!(Login::of(None, None, secret()), Ok(Login::Bearer(Secret::new("hidden"))));
        for (user, password, token) in [
            (user(), None, None),
            (None, secret(), None),
            (user(), secret(), secret()),
            (user(), None, secret()),
            (None, secret(), secret()),
        ] {
            assert!(Login::of(user, password, token).is_err());
        }
    }

    #[test]
    fn a_secret_does_not_show() {
        let login = Login::of(Some("u".to_owned()), Some(Secret::new("hidden")), None);
        assert_eq!(format!("{login:?}"), r#"Ok(Basic("u", (secret)))"#);
        let read: Secret = serde_json::from_str(r#""hidden""#).expect("a text");
        assert_eq!((read.reveal(), format!("{read:?}").as_str()), ("hidden", "(secret)"));
    }
}

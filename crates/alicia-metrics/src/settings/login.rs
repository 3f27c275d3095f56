//! Secrets of tables: given as a text, or as the file that has it; and the logins that are made of them.

use model::{Login, Secret};
use std::path::{Path, PathBuf};

/// What a table says of how to come in.
pub(super) struct LoginKeys<'a> {
    pub(super) username: Option<&'a String>,
    pub(super) password: Option<&'a Secret>,
    pub(super) password_file: Option<&'a PathBuf>,
    pub(super) token: Option<&'a Secret>,
    pub(super) token_file: Option<&'a PathBuf>,
}

/// A secret as it is given.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    Text(&'a Secret),
    File(&'a Path),
}

impl LoginKeys<'_> {
    /// The login of these keys, whose secrets `read` takes.
    ///
    /// # Errors
    /// What cannot be meant, and those of `read`.
    pub(super) fn login<S, E: From<String>>(
        &self,
        read: impl Fn(Given<'_>) -> Result<S, E>,
    ) -> Result<Login<S>, E> {
        let password = given("the password", self.password, self.password_file)?.map(&read).transpose()?;
        let token = given("the token", self.token, self.token_file)?.map(&read).transpose()?;
        Login::of(self.username.cloned(), password, token).map_err(|why| E::from(why.to_owned()))
    }
}

/// The one way in which a secret is given, if it is.
///
/// # Errors
/// It is given in both ways; `what` says what is.
pub(super) fn given<'a>(
    what: &str,
    text: Option<&'a Secret>,
    file: Option<&'a PathBuf>,
) -> Result<Option<Given<'a>>, String> {
    match (text, file) {
        (Some(_), Some(_)) => {
            Err(format!("{what} is given twice, as a text and as a file; give one of both"))
        }
        (Some(text), None) => Ok(Some(Given::Text(text))),
        (None, file) => Ok(file.map(|path| Given::File(path))),
    }
}

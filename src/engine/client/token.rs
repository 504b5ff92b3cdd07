//! Tokens of an identity provider, read from a file that somebody keeps fresh: a projected service account, a sidecar.
//!
//! The client library asks for a fresh one before the last one ends, but only a client that is polled hears it; so each
//! client is given its first token when it is made.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::{Client, ClientContext, OAuthToken};
use serde::Deserialize;

use crate::engine::ffi;

/// The setting that names the file.
const FILE: &str = "sasl.oauthbearer.config";

/// What is read of a token (RFC 7519, 4.1): whether it is to be believed is for the brokers to say.
#[derive(Debug, Deserialize)]
struct Claims {
    /// Whose it is.
    sub: String,
    /// When it ends, in seconds since 1970.
    exp: f64,
}

/// Gives a client its first token, where the settings name a file of them. Where there is none to be read the client is
/// told, and says so as it says that a password is wrong.
pub(in crate::engine) fn log_in<C: ClientContext>(
    client: &Client<C>,
    settings: &[(String, String)],
) {
    let Some((_, file)) = settings.iter().find(|(key, _)| key == FILE) else { return };
    let given = read(Some(file)).map_err(|error| error.to_string());
    ffi::give_token(client, given.as_ref().map_err(String::as_str));
}

/// The token that a file holds now.
///
/// # Errors
/// It cannot be read, or is no JWT with an owner and an end.
pub(in crate::engine) fn read(file: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
    let file = file.ok_or("no file of tokens is set")?;
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    token(text.trim()).map_err(|why| format!("{file}: {why}").into())
}

/// The error never has a part of the token.
fn token(text: &str) -> Result<OAuthToken, &'static str> {
    let mut parts = text.split('.');
    let (Some(_), Some(claims), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("is no JWT: three parts with dots between");
    };
    let claims = URL_SAFE_NO_PAD
        .decode(claims.trim_end_matches('='))
        .map_err(|_| "is no JWT: not base64")?;
    let claims: Claims =
        serde_json::from_slice(&claims).map_err(|_| "is no JWT with the claims `sub` and `exp`")?;
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond the range is its end")]
    let lifetime_ms = (claims.exp * 1_000.0) as i64;
    Ok(OAuthToken { token: text.to_owned(), principal_name: claims.sub, lifetime_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_whose_it_is_and_when_it_ends_and_an_error_says_nothing_of_it() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"us","exp":2000000000,"scope":"kafka"}"#);
        let found = token(&format!("header.{claims}.signature")).unwrap();
        assert_eq!((found.principal_name.as_str(), found.lifetime_ms), ("us", 2_000_000_000_000));
        let unowned = URL_SAFE_NO_PAD.encode(r#"{"exp":1}"#);
        for bad in ["canary", "canary.canary", "canary.ca!nary.", &format!("canary.{unowned}.")] {
            let Err(why) = token(bad) else { panic!("{bad} is a token") };
            assert!(why.starts_with("is no JWT") && !why.contains("canary"), "{why}");
        }
    }
}

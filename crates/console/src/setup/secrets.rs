//! The credentials of a form: they come in and never go back to a page.

use super::{Against, Faults};
use crate::guard::Fields;
use crate::language::Language;
use spapi_core::Credentials;
use spapi_core::auth::{ExposeSecret, SecretString};

/// The secrets that a form has brought so far. `Debug` does not show them.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    pub client_secret: Option<SecretString>,
    pub refresh_token: Option<SecretString>,
    /// Amazon's id of the seller, known after a sign-in.
    pub seller_id: Option<String>,
}

impl Secrets {
    /// What a browser has sent.
    pub fn typed(fields: &Fields) -> Self {
        let secret = |name: &str| {
            let text = fields.text(name);
            (!text.is_empty()).then(|| SecretString::from(text))
        };
        Self { client_secret: secret("client_secret"), refresh_token: secret("refresh_token"), seller_id: None }
    }

    /// These, and for those that are missing the ones from before. A new token may be another seller's.
    pub fn or(self, before: Self) -> Self {
        let seller_id = if self.refresh_token.is_some() { self.seller_id } else { before.seller_id };
        Self {
            client_secret: self.client_secret.or(before.client_secret),
            refresh_token: self.refresh_token.or(before.refresh_token),
            seller_id,
        }
    }

    /// The credentials, with the client id. `None` if none were given at all.
    pub fn credentials(&self, client_id: &str, before: Option<&Credentials>) -> Option<Credentials> {
        let is_new = !client_id.is_empty() || self.client_secret.is_some() || self.refresh_token.is_some();
        if !is_new {
            return None;
        }
        let id = if client_id.is_empty() { before?.client_id() } else { client_id };
        let secret = self.client_secret.clone().or_else(|| before.map(|before| before.client_secret().clone()));
        let token = self.refresh_token.clone().or_else(|| before.and_then(|before| before.refresh_token().cloned()));
        let credentials = Credentials::new(id, secret?, token?);
        let seller = match (&self.seller_id, self.refresh_token.is_some()) {
            (Some(seller), _) => Some(seller.clone()),
            (None, true) => None,
            (None, false) => before.and_then(|before| before.seller_id().map(str::to_owned)),
        };
        Some(match seller {
            Some(seller) => credentials.with_seller_id(seller),
            None => credentials,
        })
    }
}

/// What a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ClientId,
    AppId,
    Secret,
    RefreshToken,
    AccessToken,
    Other,
}

impl Kind {
    pub fn of(text: &str) -> Self {
        let begins = |prefix: &str| text.starts_with(prefix);
        match () {
            () if begins("amzn1.application-oa2-client.") => Self::ClientId,
            () if begins("amzn1.sellerapps.") || begins("amzn1.sp.solution.") => Self::AppId,
            () if begins("amzn1.oa2-cs.") => Self::Secret,
            () if begins("Atzr|") => Self::RefreshToken,
            () if begins("Atza|") => Self::AccessToken,
            () => Self::Other,
        }
    }
}

/// Checks the three credentials. A text that belongs into another field is said to.
pub fn check(client_id: &str, secrets: &Secrets, against: &Against<'_>, language: Language, faults: &mut Faults) {
    let text = |secret: &Option<SecretString>| secret.as_ref().map(|one| one.expose_secret().to_owned());
    let (secret, token) = (text(&secrets.client_secret), text(&secrets.refresh_token));
    let is_any = !client_id.is_empty() || secret.is_some() || token.is_some();
    let is_needed = is_any || !against.is_made_up;
    let is_missing = |given: bool| is_needed && !against.has_credentials && !given;
    match Kind::of(client_id) {
        _ if client_id.is_empty() => {
            if is_missing(false) {
                faults.add("client_id", language.say("fault-empty"));
            }
        }
        Kind::AppId => faults.add("client_id", language.say("fault-client-id-is-app-id")),
        Kind::Secret | Kind::RefreshToken | Kind::AccessToken => {
            faults.add("client_id", language.say("fault-client-id-is-secret"));
        }
        Kind::ClientId => {}
        Kind::Other => faults.add("client_id", language.say("fault-client-id")),
    }
    match secret.as_deref().map(Kind::of) {
        None if is_missing(false) => faults.add("client_secret", language.say("fault-empty")),
        None | Some(Kind::Secret | Kind::Other) => {}
        Some(Kind::ClientId | Kind::AppId) => faults.add("client_secret", language.say("fault-secret-is-id")),
        Some(_) => faults.add("client_secret", language.say("fault-secret-is-token")),
    }
    match token.as_deref().map(Kind::of) {
        None if is_missing(false) => faults.add("refresh_token", language.say("fault-token-missing")),
        None | Some(Kind::RefreshToken) => {}
        Some(Kind::AccessToken) => faults.add("refresh_token", language.say("fault-token-is-access-token")),
        Some(_) => faults.add("refresh_token", language.say("fault-token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_takes_the_place_of_what_was_there() {
        let typed = |text: &str| Secrets::typed(&Fields::parse(text.as_bytes()));
        let before = Credentials::new("id", "secret", "token").with_seller_id("A1");
        assert!(typed("").credentials("", Some(&before)).is_none());
        assert!(typed("").credentials("id", None).is_none());
        let only_secret = typed("client_secret=new").credentials("", Some(&before)).unwrap();
        assert_eq!((only_secret.client_id(), only_secret.seller_id()), ("id", Some("A1")));
        let other_seller = typed("refresh_token=new").credentials("", Some(&before)).unwrap();
        assert_eq!(other_seller.seller_id(), None);
        let shown = format!("{:?}", typed("client_secret=sesame&refresh_token=sesame"));
        assert!(!shown.contains("sesame"), "{shown}");
    }
}

//! What the words of an error say about the tokens of a call.

use super::ApiError;

/// Which token an error says is not accepted, and so what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The access token or the restricted data token. A new one may be accepted.
    AccessToken {
        /// Whether it was revoked. If a new one is refused too, only the seller can help.
        is_revoked: bool,
    },
    /// The application's client secret has expired.
    ClientSecret,
}

/// Words before `token` that leave open which token it is, so that in the refusal of a call it is the access token.
const NOT_ANOTHER: [&str; 21] = [
    "a",
    "access",
    "an",
    "auth",
    "authorization",
    "bearer",
    "data",
    "expired",
    "given",
    "invalid",
    "lwa",
    "malformed",
    "oauth",
    "of",
    "provided",
    "revoked",
    "supplied",
    "that",
    "the",
    "this",
    "your",
];

/// Words that say that the token is fine, but not for this call.
const OTHER_CAUSES: [&str; 9] =
    ["endpoint", "marketplace", "permission", "permissions", "region", "role", "roles", "scope", "scopes"];

impl Refused {
    /// What an error says. Its texts count by themselves.
    pub(super) fn of(error: &ApiError) -> Option<Self> {
        [&error.code, &error.message, &error.details].into_iter().find_map(|text| Self::in_text(text))
    }

    /// What helps, after a new access token was refused too.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::AccessToken { is_revoked: true } => {
                "Amazon refused the access token, and a fresh one too: have the seller authorize the application again."
            }
            Self::AccessToken { is_revoked: false } => {
                "Amazon refused the access token, and a fresh one too. Check the credentials."
            }
            Self::ClientSecret => {
                "The application's client secret has expired. Rotate it, and give the client the new one."
            }
        }
    }

    fn in_text(text: &str) -> Option<Self> {
        let words = words(text);
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&&**word));
        // Without the spaces, "access token" and "accesstoken" are one.
        let joined = words.concat();
        let says_revoked = joined.contains("revoked");
        let is_expired = joined.contains("expired");
        let is_invalid =
            ["malformed", "invalid", "notvalid", "longervalid", "ntvalid"].iter().any(|part| joined.contains(part));
        if !(is_expired || says_revoked || is_invalid) {
            return None;
        }
        // Amazon also says "revoked, malformed or invalid" of any of these.
        let is_revoked = says_revoked && !is_expired && !is_invalid;
        if ["secrettoken", "clientsecret", "lwasecret"].iter().any(|name| joined.contains(name)) {
            return is_expired.then_some(Self::ClientSecret);
        }
        let before = |known: &[&str]| {
            let mut before = None;
            words.iter().any(|word| {
                let found =
                    matches!(&**word, "token" | "tokens") && before.is_none_or(|before| known.contains(&before));
                before = Some(word);
                found
            })
        };
        let is_restricted = joined.contains("restricteddatatoken") || has(&["rdt"]);
        let is_access = joined.contains("accesstoken")
            || has(&["expiredtoken", "invalidtoken", "malformedtoken", "revokedtoken", "tokenexpired"])
            || before(&NOT_ANOTHER);
        // A token that is missing was not refused: the call needs another kind of token.
        let is_lacking = has(&["missing", "required", "requires", "needs", "without", "absent"]);
        match () {
            () if has(&OTHER_CAUSES) => None,
            () if is_restricted => (!is_lacking).then_some(Self::AccessToken { is_revoked }),
            () if is_access => Some(Self::AccessToken { is_revoked }),
            () => None,
        }
    }
}

/// Whether an error with the status 400, for a call that sent the token of a page, is about that token.
pub(super) fn is_about_page_token(error: &ApiError) -> bool {
    [&error.code, &error.message, &error.details].into_iter().any(|text| {
        let joined = words(text).concat();
        joined.contains("token")
            && !["accesstoken", "datatoken", "secrettoken"].iter().any(|name| joined.contains(name))
    })
}

/// The words of a text or of a name such as `ExpiredToken`, in small letters.
fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (at, character) in characters.iter().enumerate() {
        let next_is_small = characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_capital = at.checked_sub(1).is_some_and(|before| characters[before].is_ascii_uppercase());
        let begins = character.is_ascii_uppercase() && (next_is_small || !after_capital);
        if begins || !character.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_ascii_alphanumeric()) {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Option<Refused> = Some(Refused::AccessToken { is_revoked: false });

    fn all(text: &str) -> [Option<Refused>; 3] {
        let mut errors =
            [const { ApiError { code: String::new(), message: String::new(), details: String::new() } }; 3];
        text.clone_into(&mut errors[0].code);
        text.clone_into(&mut errors[1].message);
        text.clone_into(&mut errors[2].details);
        errors.map(|error| Refused::of(&error))
    }

    #[test]
    fn a_refused_access_token_is_found_in_any_spelling_and_place() {
        for text in [
            "The access token you provided has expired.",
            "The access token is expired",
            "the Access Token is not valid",
            "ACCESS TOKEN EXPIRED",
            "The access_token is no longer valid",
            "Access-token isn't valid",
            "ExpiredToken",
            "ExpiredTokenException",
            "expired_token",
            "EXPIRED_TOKEN",
            "expiredtoken",
            "TokenExpired",
            "InvalidAccessToken",
            "invalid_token",
            "The token is expired",
            "The provided token has expired.",
            "Your token is malformed",
            "x-amz-access-token is invalid",
            "The Restricted Data Token is malformed",
            "The RDT has expired",
            "The access token you provided is revoked, malformed or invalid.",
        ] {
            assert_eq!(all(text), [REFUSED; 3], "{text}");
        }
        assert_eq!(all("access_token revoked"), [Some(Refused::AccessToken { is_revoked: true }); 3]);
        assert_eq!(all("The LWA secret token you provided has expired."), [Some(Refused::ClientSecret); 3]);
    }

    #[test]
    fn other_refusals_are_about_no_token_of_the_call() {
        for text in [
            "",
            "Access to requested resource is denied.",
            "The access token lacks the role.",
            "The access token is not valid for this region.",
            "The access token is invalid for the endpoint",
            "The role of the access token is invalid.",
            "A restricted data token is required: the token is not valid for restricted data.",
            "The restricted data token is missing or invalid.",
            "The next token is invalid",
            "NextToken has expired",
            "Invalid paginationToken",
            "The refresh token is revoked",
            "The LWA secret token is invalid.",
            "MissingAuthenticationToken",
            "The application is invalid.",
            "The token bucket is empty",
        ] {
            assert_eq!(all(text), [None; 3], "{text}");
        }
    }

    #[test]
    fn the_token_of_a_page_has_many_names() {
        let about = |message: &str| is_about_page_token(&ApiError { message: message.into(), ..ApiError::default() });
        for text in ["Bad token.", "NextToken is invalid", "invalid paginationToken", "next_token: expired"] {
            assert!(about(text), "{text}");
        }
        for text in ["", "The date is invalid.", "The access token has expired.", "Restricted data token expired"] {
            assert!(!about(text), "{text}");
        }
    }
}

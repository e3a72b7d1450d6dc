//! Reads a URL of the application that Amazon opened in the browser.

use crate::error::{Error, ErrorKind};
use url::Url;

/// The longest URL that is read. A code has at most 2 kB.
const LONGEST: usize = 64 * 1024;

/// The parameters of a URL that Amazon opened.
pub(super) struct Parameters(Url);

impl Parameters {
    /// Reads a URL, or its query alone. `hint` says what to do if that fails.
    pub(super) fn read(opened: &str, hint: &'static str) -> Result<Self, Error> {
        let opened = opened.trim();
        let refused = |message: &str| Error::new(ErrorKind::Input, message).with_hint(hint);
        if opened.is_empty() {
            return Err(refused("no URL was given"));
        }
        if opened.len() > LONGEST {
            return Err(refused("the URL is longer than 64 KiB"));
        }
        let query = opened.split_once('?').map_or(opened, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let mut url = Url::parse("https://localhost").map_err(|_| refused("the URL cannot be read"))?;
        url.set_query(Some(query));
        Ok(Self(url))
    }

    /// The value of a parameter that is not empty.
    pub(super) fn get(&self, wanted: &str) -> Option<String> {
        let found = self.0.query_pairs().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.into_owned())
    }

    /// The value of `selling_partner_id`: only letters and digits, because it is shown, and saved in a file.
    pub(super) fn selling_partner_id(&self, hint: &'static str) -> Result<Option<String>, Error> {
        let is_id = |text: &str| text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match self.get("selling_partner_id") {
            Some(id) if !is_id(&id) => {
                let message = "the selling_partner_id of the URL is not an id";
                Err(Error::new(ErrorKind::Input, message).with_hint(hint))
            }
            id => Ok(id),
        }
    }
}

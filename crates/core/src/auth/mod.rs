//! Who calls: from credentials to access tokens.
//!
//! [`Credentials`] hold an application's client id and secret and a seller's refresh token. They come from code, the
//! environment, a [`CredentialFile`], or any [`CredentialStore`]. [`Consent`] is how a seller authorizes an
//! application, which gives the refresh token; [`AppstoreStart`] is the same from Amazon's Appstore.

mod account;
mod consent;
mod credential_file;
mod credentials;
mod login;
mod restricted;
mod store;
mod token;

pub use crate::error::LoginCode;
pub use crate::future::BoxFuture;
pub use consent::{AppstoreStart, AuthorizationCode, Consent, ConsentState};
pub use credential_file::CredentialFile;
pub use credentials::Credentials;
/// Text that `Debug` does not show and that is wiped from memory when dropped. [`ExposeSecret`] reads it.
pub use secrecy::{ExposeSecret, SecretString};
pub use spapi_types::DataElement;
pub use store::{AccessToken, CredentialStore, StoreError, TokenLock, TokenStore};

pub(crate) use account::{Account, Identity};
pub(crate) use login::Login;
pub(crate) use restricted::{Resource, validate_data_elements};
pub(crate) use token::Token;

//! Who is calling: credentials in, access tokens out.
//!
//! [`Credentials`] hold an application's client id and secret and a seller's refresh token, and come from code, the
//! environment, a [`CredentialFile`], or any [`CredentialStore`]. How a seller comes to authorize an application, and
//! the refresh token into the credentials, is the matter of [`Consent`].

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
pub use consent::{AuthorizationCode, Consent, ConsentState};
pub use credential_file::CredentialFile;
pub use credentials::Credentials;
/// Text that does not show in `Debug` and is wiped from memory when dropped. [`ExposeSecret`] reads it.
pub use secrecy::{ExposeSecret, SecretString};
pub use spapi_types::DataElement;
pub use store::{AccessToken, CredentialStore, StoreError, TokenStore};

pub(crate) use account::{Account, Identity};
pub(crate) use login::Login;
pub(crate) use restricted::{Resource, checked};
pub(crate) use token::Token;

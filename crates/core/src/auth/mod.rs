//! Login with Amazon: credentials in, access tokens out.

mod credentials;
mod login;
mod token;

pub use credentials::Credentials;
pub use login::LoginCode;

pub(crate) use login::Login;
pub(crate) use token::{Token, Tokens};

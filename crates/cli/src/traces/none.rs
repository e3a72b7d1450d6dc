//! A program without the feature for traces.

use super::endpoint;
use crate::exit::Failure;
use crate::notes;
use tracing_subscriber::layer::Identity;

/// Nothing is exported.
pub struct Exported;

impl Exported {
    /// Says so if a collector is named.
    pub fn start() -> Result<Self, Failure> {
        if let Some(name) = endpoint() {
            notes::warn(format!(
                "{name} is set, but this program was built without traces: install it with --features otlp"
            ));
        }
        Ok(Self)
    }

    pub fn layer(&self) -> Option<Identity> {
        None
    }

    pub async fn end(self) {}
}

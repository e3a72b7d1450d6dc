//! Converts a normalised Swagger document to OpenAPI 3.0, and that to Rust with progenitor and typify.

use super::normalise::money::TEXT_AMOUNT;
use anyhow::{Context, Result, anyhow};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::Value;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// Names in the generated Rust that stand for types of core.
mod placeholder {
    pub const DATE_TIME: &str = "::placeholder::DateTime";
    pub const TEXT_AMOUNT: &str = "::placeholder::TextAmount";
    pub const NUMBER: &str = "::placeholder::Number";
}

/// Converts Swagger 2.0 to OpenAPI 3.0.
pub fn to_openapi(document: &Value) -> Result<Value> {
    let mut options = swagger2openapi::Options::new();
    options.patch = true;
    swagger2openapi::convert_obj(document, &mut options).map_err(|error| anyhow!("swagger2openapi: {error}"))?;
    Ok(options.openapi)
}

/// The Rust that progenitor makes of a document: the module `types`, and a `Client` whose function signatures show the
/// type of each parameter and response.
pub fn to_rust(openapi: &Value) -> Result<syn::File> {
    let spec: openapiv3::OpenAPI = serde_json::from_value(openapi.clone()).context("not OpenAPI 3.0")?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional).with_map_type("::std::collections::BTreeMap");
    for (kind, format, placeholder) in [
        (InstanceType::String, Some("date-time"), placeholder::DATE_TIME),
        (InstanceType::String, Some(TEXT_AMOUNT), placeholder::TEXT_AMOUNT),
        (InstanceType::Number, None, placeholder::NUMBER),
    ] {
        let schema = SchemaObject {
            instance_type: Some(kind.into()),
            format: format.map(str::to_owned),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, placeholder, [].into_iter());
    }
    // progenitor and typify panic at unknown constructs; the panic message is the only information.
    let tokens = quietly(|| Generator::new(&settings).generate_tokens(&spec))?.context("progenitor")?;
    syn::parse2(tokens).context("progenitor's output is not Rust")
}

thread_local! {
    /// Whether this thread expects a panic and reports it itself.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, turns panics into errors, and keeps them off the terminal.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    outcome.map_err(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        anyhow!("progenitor cannot take the model: {}", message.unwrap_or_default())
    })
}

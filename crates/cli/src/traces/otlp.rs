//! The exporter. OpenTelemetry's own variables of the environment are its settings.

use super::endpoint;
use crate::exit::Failure;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Registry;

/// The name of the program among others, unless OTEL_SERVICE_NAME is set.
const SERVICE: &str = "spapi";

/// Spans on their way to the collector, if one is named.
pub struct Exported(Option<SdkTracerProvider>);

impl Exported {
    /// # Errors
    /// When a setting of the environment is wrong.
    pub fn start() -> Result<Self, Failure> {
        let Some(name) = endpoint() else { return Ok(Self(None)) };
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build();
        let exporter = exporter.map_err(|error| {
            Failure::usage(format!("{name} cannot be used for traces: {error}"))
                .with_next("set it to the URL of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318")
        })?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
        Ok(Self(Some(provider.build())))
    }

    /// What hands spans to the exporter.
    pub fn layer(&self) -> Option<OpenTelemetryLayer<Registry, SdkTracer>> {
        let provider = self.0.as_ref()?;
        Some(tracing_opentelemetry::layer().with_tracer(provider.tracer(SERVICE)))
    }

    /// Sends what is left.
    pub async fn end(self) {
        if let Some(provider) = self.0 {
            // It waits for the exporter. Spans that the collector does not take are in the log.
            let _ = tokio::task::spawn_blocking(move || provider.shutdown()).await;
        }
    }
}

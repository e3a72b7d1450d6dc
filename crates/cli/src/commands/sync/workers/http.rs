//! Health, readiness and metrics over HTTP.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use spapi_sync::cluster::WorkerStatus;
use tokio::net::TcpListener;

/// The form of the metrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers until it is dropped: `/healthz` while the process works, `/readyz` while it takes jobs, and `/metrics`.
pub async fn serve(listener: TcpListener, status: WorkerStatus) -> std::io::Result<()> {
    let ready = status.clone();
    let readiness = move || async move {
        match ready.is_ready() {
            true => (StatusCode::OK, "ready\n"),
            false => (StatusCode::SERVICE_UNAVAILABLE, "not ready: it rests, stops or waits for the database\n"),
        }
    };
    let metrics = move || async move { ([(header::CONTENT_TYPE, OPEN_METRICS)], status.metrics()) };
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics));
    axum::serve(listener, routes).await
}

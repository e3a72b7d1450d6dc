//! The command `spec`.

use super::AirbyteStream;
use super::messages::Messages;
use crate::connection::{Quirks, STEPS};
use crate::{Origin, Stream};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io;

/// The countries of the marketplaces, by their codes in the form. Great Britain has two.
const REGIONS: [&str; 23] = [
    "AE", "AU", "BE", "BR", "CA", "DE", "EG", "ES", "FR", "GB", "IE", "IN", "IT", "JP", "MX", "NL", "PL", "SA", "SE",
    "SG", "TR", "UK", "US",
];

const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";
const MOMENT_OR_NONE: &str = "^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";

/// Writes what a configuration has: the settings of 6.x, which takes those of 4.6.4 too.
///
/// # Errors
/// When the messages cannot be written.
pub fn spec(messages: &Messages) -> io::Result<()> {
    messages.spec(&specification())
}

fn specification() -> Value {
    let url = "https://docs.airbyte.com/integrations/sources/amazon-seller-partner";
    json!({
        "documentationUrl": url,
        "changelogUrl": url,
        "supportsNormalization": false,
        "supportsDBT": false,
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Amazon Selling Partner",
            "type": "object",
            "required":
                ["aws_environment", "region", "account_type", "lwa_app_id", "lwa_client_secret", "refresh_token"],
            "additionalProperties": true,
            "properties": properties(),
        },
        "advanced_auth": advanced_auth(),
    })
}

fn properties() -> Value {
    let mut all = Map::new();
    let mut add = |name: &str, title: &str, description: &str, rest: Value| {
        let mut property = json!({ "title": title, "description": description, "order": order(name) });
        if let (Value::Object(property), Value::Object(rest)) = (&mut property, rest) {
            property.extend(rest);
        }
        all.insert(name.to_owned(), property);
    };
    add("auth_type", "Kind of authorization", "Always OAuth.", json!({ "type": "string", "const": "oauth2.0" }));
    add(
        "aws_environment",
        "Environment",
        "Amazon's real servers, or its sandbox with fixed answers.",
        json!({ "type": "string", "enum": ["PRODUCTION", "SANDBOX"], "default": "PRODUCTION" }),
    );
    add(
        "region",
        "Marketplace",
        "The country whose marketplace is read.",
        json!({ "type": "string", "enum": REGIONS, "default": "US" }),
    );
    add(
        "account_type",
        "Account",
        "Whether the account sells on Amazon or to Amazon.",
        json!({ "type": "string", "enum": ["Seller", "Vendor"], "default": "Seller" }),
    );
    let secret = || json!({ "type": "string", "airbyte_secret": true });
    add("app_id", "App id", "The id of the application. No call needs it.", secret());
    add("lwa_app_id", "LWA client id", "The client id of the application's LWA credentials.", secret());
    add("lwa_client_secret", "LWA client secret", "The secret that belongs to the client id.", secret());
    add("refresh_token", "Refresh token", "What the application got when the account authorized it.", secret());
    add(
        "replication_start_date",
        "Start",
        "The first moment that is read, in UTC. Two years before now without it.",
        json!({ "type": "string", "format": "date-time", "pattern": MOMENT, "examples": ["2026-01-01T00:00:00Z"] }),
    );
    add(
        "replication_end_date",
        "End",
        "The moment up to which is read, in UTC. Now without it.",
        json!({ "type": "string", "pattern": MOMENT_OR_NONE, "examples": ["2026-02-01T00:00:00Z"] }),
    );
    add(
        "period_in_days",
        "Days of a slice",
        "How many days one request covers at most. Some streams take fewer.",
        json!({ "type": "integer", "default": 90, "minimum": 1 }),
    );
    add(
        "sales_and_traffic_report_asin_granularity",
        "Products of the sales and traffic reports",
        "Whether their rows are by parent, by child or by SKU.",
        json!({ "type": "string", "enum": ["PARENT", "CHILD", "SKU"], "default": "PARENT" }),
    );
    add(
        "report_options_list",
        "Report options",
        "Options that are sent with the requests of a report.",
        json!({ "type": "array", "items": report_options() }),
    );
    add(
        "wait_to_avoid_fatal_errors",
        "Wait between requests",
        "It changes nothing: Amazon's quotas are kept in any case.",
        json!({ "type": "boolean", "default": false, "airbyte_hidden": true }),
    );
    // 4.6.4 has days without the letter.
    let bare = STEPS.iter().filter_map(|(name, _)| name.strip_suffix('D'));
    let steps: Vec<&str> = STEPS.iter().map(|(name, _)| *name).chain(bare).collect();
    add(
        "financial_events_step",
        "Step of financial events",
        "How much time one request for financial events covers: hours (H) or days (D).",
        json!({ "type": "string", "enum": steps, "default": "180D" }),
    );
    let whole = |default: u32, least: u32, most: Option<u32>| {
        let mut property = json!({ "type": "integer", "default": default, "minimum": least });
        if let Some(most) = most {
            property["maximum"] = json!(most);
        }
        property
    };
    for (name, title, description, rest) in [
        (
            "max_done_report_age_hours",
            "Age of finished reports",
            "A finished report without options is read instead of a new one, up to this age.",
            whole(0, 0, Some(72)),
        ),
        (
            "num_workers",
            "Streams at a time",
            "Accepted. Streams are read side by side within the quotas.",
            whole(2, 2, Some(10)),
        ),
        (
            "max_async_job_count",
            "Reports at a time",
            "Accepted. Each stream has a few reports in work.",
            whole(2, 1, None),
        ),
        (
            "include_pii",
            "Buyers' personal data",
            "Reads orders and reports with the data that need a restricted role.",
            json!({ "type": "boolean", "default": false }),
        ),
        (
            "financial_events_max_results_per_page",
            "Financial events on a page",
            "A smaller page helps where Amazon refuses a large one.",
            whole(100, 1, Some(100)),
        ),
        (
            "report_stream_lookback_window_in_hours",
            "Lookback of report streams",
            "How many hours before its cursor a report stream reads again.",
            whole(0, 0, None),
        ),
        (
            "failed_retry_wait_time_in_seconds",
            "Wait after a failed report",
            "Accepted. A report that Amazon could not make fails its stream with Amazon's reason.",
            whole(1800, 1, Some(14400)),
        ),
        (
            "creation_requester_429_max_retries",
            "Retries of refused requests",
            "Accepted. A request that Amazon refuses for its quota waits for the quota.",
            whole(5, 0, None),
        ),
        (
            "stop_sync_on_rate_limit",
            "Stop at the quota",
            "Fails a stream whose quota is used up, instead of waiting.",
            json!({ "type": "boolean", "default": false }),
        ),
        (
            "inbound_replication_mode",
            "Range of shipments to Amazon",
            "The last days, or a fixed range.",
            json!({ "type": "string", "enum": ["rolling_days", "fixed"], "default": "rolling_days" }),
        ),
        (
            "inbound_start_datetime",
            "Start of shipments to Amazon",
            "The start of the fixed range, in UTC.",
            json!({ "type": "string", "format": "date-time", "pattern": MOMENT }),
        ),
        (
            "inbound_end_datetime",
            "End of shipments to Amazon",
            "The end of the fixed range, in UTC. Now without it.",
            json!({ "type": "string", "format": "date-time", "pattern": MOMENT }),
        ),
        (
            "inbound_rolling_days",
            "Days of shipments to Amazon",
            "How many days back they are read.",
            whole(30, 1, None),
        ),
        (
            "airbyte_version",
            "Version of the catalog",
            "Whose streams, keys and steps count.",
            json!({ "type": "string", "enum": ["6.x", "4.6.4"], "default": "6.x" }),
        ),
        (
            "airbyte_quirks",
            "What stays as in Airbyte's source",
            "Behavior that is otherwise corrected.",
            json!({ "type": "array", "items": { "type": "string", "enum": Quirks::NAMES }, "default": [] }),
        ),
    ] {
        add(name, title, description, rest);
    }
    Value::Object(all)
}

/// The place of a setting in a form.
fn order(name: &str) -> usize {
    const NAMES: [&str; 28] = [
        "auth_type",
        "aws_environment",
        "region",
        "account_type",
        "app_id",
        "lwa_app_id",
        "lwa_client_secret",
        "refresh_token",
        "replication_start_date",
        "replication_end_date",
        "period_in_days",
        "sales_and_traffic_report_asin_granularity",
        "report_options_list",
        // These two have one place.
        "wait_to_avoid_fatal_errors",
        "max_done_report_age_hours",
        "max_async_job_count",
        "include_pii",
        "financial_events_max_results_per_page",
        "report_stream_lookback_window_in_hours",
        "failed_retry_wait_time_in_seconds",
        "creation_requester_429_max_retries",
        "stop_sync_on_rate_limit",
        "inbound_replication_mode",
        "inbound_start_datetime",
        "inbound_end_datetime",
        "inbound_rolling_days",
        "airbyte_version",
        "airbyte_quirks",
    ];
    let name = match name {
        "financial_events_step" => "wait_to_avoid_fatal_errors",
        "num_workers" => "max_done_report_age_hours",
        name => name,
    };
    NAMES.iter().position(|other| *other == name).unwrap_or(NAMES.len())
}

fn report_options() -> Value {
    let mut names = BTreeSet::new();
    for stream in AirbyteStream::all().iter().filter_map(|known| Stream::find(known.name).ok()) {
        if let Origin::Report { report_type, .. } = stream.origin {
            names.extend([stream.name, report_type]);
        }
    }
    let text = |title: &str, order: usize| json!({ "type": "string", "title": title, "order": order });
    let mut report = text("Report type", 0);
    report["enum"] = json!(names);
    json!({
        "type": "object",
        "required": ["report_name", "stream_name", "options_list"],
        "properties": {
            "report_name": report,
            "stream_name": text("Stream", 1),
            "options_list": {
                "type": "array",
                "title": "Options",
                "order": 2,
                "items": {
                    "type": "object",
                    "required": ["option_name", "option_value"],
                    "properties": { "option_name": text("Name", 0), "option_value": text("Value", 1) },
                },
            },
        },
    })
}

/// How a platform gets a refresh token by a consent page.
fn advanced_auth() -> Value {
    let object =
        |properties: Value| json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let at = |path: &str| json!({ "type": "string", "path_in_connector_config": [path] });
    let text = || json!({ "type": "string" });
    json!({
        "auth_flow_type": "oauth2.0",
        "predicate_key": ["auth_type"],
        "predicate_value": "oauth2.0",
        "oauth_config_specification": {
            "oauth_user_input_from_connector_config_specification":
                object(json!({ "region": at("region"), "account_type": at("account_type") })),
            "complete_oauth_output_specification": object(json!({ "refresh_token": at("refresh_token") })),
            "complete_oauth_server_input_specification":
                object(json!({ "app_id": text(), "lwa_app_id": text(), "lwa_client_secret": text() })),
            "complete_oauth_server_output_specification": object(json!({
                "app_id": at("app_id"), "lwa_app_id": at("lwa_app_id"), "lwa_client_secret": at("lwa_client_secret"),
            })),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_place_and_a_configuration_of_either_version_fits() {
        let spec = specification();
        let properties = spec["connectionSpecification"]["properties"].as_object().unwrap();
        let place = |name: &str| properties[name]["order"].as_u64().unwrap();
        assert_eq!(properties.len(), 30);
        assert!(properties.values().all(|one| one["order"].as_u64().unwrap() < 28 && one["title"].is_string()));
        for (name, order) in [
            ("auth_type", 0),
            ("region", 2),
            ("refresh_token", 7),
            ("period_in_days", 10),
            ("report_options_list", 12),
            ("financial_events_step", 13),
            ("num_workers", 14),
            ("max_async_job_count", 15),
            ("inbound_rolling_days", 25),
        ] {
            assert_eq!(place(name), order, "{name}");
        }
        let steps = properties["financial_events_step"]["enum"].as_array().unwrap();
        assert_eq!(steps.len(), 13 + 7);
        assert!(steps.contains(&json!("180")) && steps.contains(&json!("180D")) && steps.contains(&json!("1H")));
        let secrets = properties.iter().filter(|(_, one)| one["airbyte_secret"] == true);
        let secrets: Vec<_> = secrets.map(|(name, _)| name.as_str()).collect();
        assert_eq!(secrets, ["app_id", "lwa_app_id", "lwa_client_secret", "refresh_token"]);
    }
}

//! XML feeds: messages in Amazon's envelope.

use super::feed::Outcome;
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use roxmltree::{Document, Node};
use std::fmt::Write;

pub(super) fn process(feed: &str, text: &str) -> Outcome {
    let text = text.trim_start_matches('\u{feff}');
    let Ok(document) = Document::parse(text) else {
        let fault = ("0".to_owned(), "The document is no well-formed XML.");
        return Outcome::fatal(Some(report(feed, 0, &[fault])));
    };
    let messages: Vec<Node> = document.root_element().children().filter(|node| node.has_tag_name("Message")).collect();
    let faults: Vec<(String, &str)> = messages
        .iter()
        .filter(|message| !message.descendants().any(|node| names_its_object(&node)))
        .map(|message| (message_id(message), "The message names no SKU, order or shipment."))
        .collect();
    Outcome::done(report(feed, messages.len(), &faults))
}

/// Whether the element says what a message is about.
fn names_its_object(node: &Node) -> bool {
    let name = node.tag_name().name();
    let is_key = name == "SKU" || name.ends_with("OrderID") || name.ends_with("ShipmentId");
    is_key && node.text().is_some_and(|text| !text.trim().is_empty())
}

fn message_id(message: &Node) -> String {
    let id = message.children().find(|node| node.has_tag_name("MessageID")).and_then(|node| node.text());
    // Only digits, so that it can stand in the report as it is.
    id.map(str::trim).filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_digit())).unwrap_or("0").to_owned()
}

fn report(feed: &str, count: usize, faults: &[(String, &str)]) -> Text {
    let mut results = String::new();
    for (id, message) in faults {
        // Writing to a text does not fail.
        let _ = write!(
            results,
            "<Result><MessageID>{id}</MessageID><ResultCode>Error</ResultCode><ResultMessageCode>90220\
             </ResultMessageCode><ResultDescription>{message}</ResultDescription></Result>"
        );
    }
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AmazonEnvelope><Header><DocumentVersion>1.02</DocumentVersion>\
         </Header><MessageType>ProcessingReport</MessageType><Message><MessageID>1</MessageID><ProcessingReport>\
         <DocumentTransactionID>{feed}</DocumentTransactionID><StatusCode>Complete</StatusCode><ProcessingSummary>\
         <MessagesProcessed>{count}</MessagesProcessed><MessagesSuccessful>{}</MessagesSuccessful>\
         <MessagesWithError>{}</MessagesWithError><MessagesWithWarning>0</MessagesWithWarning></ProcessingSummary>\
         {results}</ProcessingReport></Message></AmazonEnvelope>",
        count.saturating_sub(faults.len()),
        faults.len(),
    );
    Text { media_type: "text/xml", charset: Charset::Utf8, text }
}

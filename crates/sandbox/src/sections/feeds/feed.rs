//! A feed: its input document and its result.

use super::{flat, listings, xml};
use crate::keep::forms;
use crate::sections::documents::{Text, charset};
use crate::sections::jobs::{Course, Job, Names, Status, payload_of};
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::time::calendar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::FeedType;
use spapi_metadata::document_types::{Format, ProcessingReport};
use spapi_types::Marketplace;

/// A feed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Feed {
    course: Course,
    #[serde(with = "forms::feed_type")]
    kind: &'static FeedType,
    /// The input document.
    input: String,
    /// The result document.
    result: Option<String>,
}

/// How many faults a feed's report names; it counts all of them. Otherwise a faulty feed of many records would have a
/// report that is longer than the feed.
pub(super) const MOST_NAMED: usize = 10_000;

/// The feed that sets the points of offers. Only Japan has it.
const POINTS: &str = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";

/// The result of a feed.
pub(super) struct Outcome {
    status: Status,
    pub(super) report: Option<Text>,
}

impl Outcome {
    pub(super) fn done(report: Text) -> Self {
        Self { status: Status::Done, report: Some(report) }
    }

    /// Refused as a whole.
    pub(super) fn fatal(report: Option<Text>) -> Self {
        Self { status: Status::Fatal, report }
    }
}

impl Job for Feed {
    const NAMES: Names = Names {
        noun: "feed",
        operation: "feeds/2021-06-30/getFeeds",
        list: "feeds",
        types: "feedTypes",
        notification: "FEED_PROCESSING_FINISHED",
    };

    fn course(&self) -> &Course {
        &self.course
    }

    fn course_mut(&mut self) -> &mut Course {
        &mut self.course
    }

    fn kind(&self) -> &str {
        self.kind.name
    }

    fn work(&mut self, server: &Server) -> Status {
        let Outcome { status, report } = self.outcome(server);
        self.result = report.map(|text| {
            let id = server.documents.new_id();
            server.documents.keep(self.course.account, &id, &text, None);
            id
        });
        status
    }

    fn body(&self) -> Value {
        let mut body = json!({ "feedId": self.course.id, "feedType": self.kind.name });
        self.course.show(&mut body);
        if let Some(result) = &self.result {
            body["resultFeedDocumentId"] = result.clone().into();
        }
        body
    }

    fn payload(&self, account: &str) -> Value {
        let names = ["feedId", "feedType", "processingStatus", "resultFeedDocumentId"];
        let alone = json!({ "sellerId": DEFAULT_SELLER, "accountId": account });
        json!({ "feedProcessingFinishedNotification": payload_of(&self.body(), &names, alone) })
    }
}

impl Feed {
    /// A new feed.
    pub(super) fn new(course: Course, kind: &'static FeedType, input: String) -> Self {
        Self { course, kind, input, result: None }
    }

    fn outcome(&self, server: &Server) -> Outcome {
        let uploaded = server.documents.uploaded(self.course.account, &self.input);
        let Some((content_type, bytes)) = uploaded.and_then(|upload| Some((upload.content_type, upload.body?))) else {
            return Outcome::fatal(None);
        };
        if self.kind.is_gone(&calendar::day(server.clock.now()).to_string()) {
            return Outcome::fatal(None);
        }
        let text = charset::decode(&content_type, &bytes);
        match (self.kind.processing_report, self.kind.format) {
            (ProcessingReport::Json, _) => listings::process(&self.course, &text, server),
            (ProcessingReport::Xml, _) => xml::process(&self.course.id, &text),
            (ProcessingReport::FlatFile, Format::Tsv) => {
                let market = self.course.market();
                flat::process(market, &text, |sku, percent| {
                    let has_points = self.kind.name == POINTS && market.marketplace == Marketplace::JP;
                    !has_points || server.listings.set_points(market, sku, percent, server.clock.now())
                })
            }
            // The content of other files is not read.
            _ => flat::accept(self.course.market()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::Account;
    use crate::sections::feeds::none;
    use crate::sections::jobs::RETENTION;
    use crate::shop::MARKETS;
    use spapi_types::Region;
    use std::time::SystemTime;

    #[test]
    fn old_feeds_are_dropped_and_their_ids_are_not_reused() {
        let feeds = none();
        let create = |at| {
            let id = feeds.next_id();
            let course = Course::new(id.clone(), Account::new(0, Region::FarEast), vec![&MARKETS[0]], at);
            feeds.add(Feed::new(course, &FeedType::all()[0], "document".into()));
            id
        };
        let start = SystemTime::UNIX_EPOCH;
        let ids = [create(start), create(start), create(start + RETENTION)];
        assert_eq!(feeds.count(start + RETENTION), 3);
        let later = start + RETENTION + std::time::Duration::from_secs(1);
        assert_eq!(feeds.count(later), 1);
        assert!(!ids.contains(&create(later)));
        assert!(feeds.find(later, |feed| feed.course.id == ids[0]).is_none());
    }
}

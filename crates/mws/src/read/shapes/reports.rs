//! Lists of reports and feeds: Reports and Feeds 2021-06-30. The ids of MWS are not valid there.

use super::super::shape::*;

pub(in crate::read) const REPORTS: Rows = &[
    token("NextToken").to("nextToken"),
    flag("HasNext").to("hasNext"),
    each("ReportRequestInfo", &What::Record(REQUEST)).to(""),
    each("ReportInfo", &What::Record(REPORT)).to(""),
];

/// How far a report is.
const STATUSES: &[(&str, &str)] = &[
    ("_SUBMITTED_", "IN_QUEUE"),
    ("_IN_PROGRESS_", "IN_PROGRESS"),
    ("_DONE_", "DONE"),
    ("_DONE_NO_DATA_", "CANCELLED"),
    ("_CANCELLED_", "CANCELLED"),
];

pub(in crate::read) const REQUEST: Rows = &[
    text("ReportRequestId").to("reportId"),
    name("ReportType").to("reportType"),
    time("StartDate").to("dataStartTime"),
    time("EndDate").to("dataEndTime"),
    time("SubmittedDate").to("createdTime"),
    words("ReportProcessingStatus", STATUSES).to("processingStatus"),
    time("StartedProcessingDate").to("processingStartTime"),
    time("CompletedDate").to("processingEndTime"),
    time("CompletedProcessingDate").to("processingEndTime"),
    text("GeneratedReportId").to("reportDocumentId"),
    nowhere("Scheduled"),
];

const REPORT: Rows = &[
    text("ReportRequestId").to("reportId"),
    name("ReportType").to("reportType"),
    text("ReportId").to("reportDocumentId"),
    time("AvailableDate").to("processingEndTime"),
    nowhere("Acknowledged"),
    nowhere("AcknowledgedDate"),
];

pub(in crate::read) const FEEDS: Rows = &[
    token("NextToken").to("nextToken"),
    flag("HasNext").to("hasNext"),
    each("FeedSubmissionInfo", &What::Record(FEED)).to(""),
];

const FEED_STATUSES: &[(&str, &str)] = &[
    ("_SUBMITTED_", "IN_QUEUE"),
    ("_UNCONFIRMED_", "IN_QUEUE"),
    ("_IN_PROGRESS_", "IN_PROGRESS"),
    ("_IN_SAFETY_NET_", "IN_PROGRESS"),
    ("_AWAITING_ASYNCHRONOUS_REPLY_", "IN_PROGRESS"),
    ("_DONE_", "DONE"),
    ("_CANCELLED_", "CANCELLED"),
];

pub(in crate::read) const FEED: Rows = &[
    text("FeedSubmissionId").to("feedId"),
    name("FeedType").to("feedType"),
    time("SubmittedDate").to("createdTime"),
    words("FeedProcessingStatus", FEED_STATUSES).to("processingStatus"),
    time("StartedProcessingDate").to("processingStartTime"),
    time("CompletedProcessingDate").to("processingEndTime"),
    time("CompletedDate").to("processingEndTime"),
];

/// What a notification says of a report that has been made.
pub(super) const REPORT_FINISHED: Rows = &[
    text("SellerId").to("sellerId"),
    text("ReportRequestId").to("reportId"),
    text("ReportId").to("reportDocumentId"),
    name("ReportType").to("reportType"),
    words("ReportProcessingStatus", STATUSES).to("processingStatus"),
];

/// What a notification says of a feed that has been processed.
pub(super) const FEED_FINISHED: Rows = &[
    text("SellerId").to("sellerId"),
    text("FeedSubmissionId").to("feedId"),
    name("FeedType").to("feedType"),
    words("FeedProcessingStatus", FEED_STATUSES).to("processingStatus"),
];

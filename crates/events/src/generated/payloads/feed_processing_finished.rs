use serde::{Deserialize, Serialize};

/// `FeedProcessingFinished` of `FEED_PROCESSING_FINISHED` 2020-09-04.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct FeedProcessingFinished {
    /// `sellerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<String>,
    /// `accountId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// `feedId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_id: Option<String>,
    /// `feedType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_type: Option<String>,
    /// `processingStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_status: Option<ProcessingStatus>,
    /// `resultFeedDocumentId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_feed_document_id: Option<String>,
}

spapi_types::open_enum! {
    /// `ProcessingStatus` of `FEED_PROCESSING_FINISHED` 2020-09-04.
    pub enum ProcessingStatus {
        Cancelled = "CANCELLED",
        Done = "DONE",
        Fatal = "FATAL",
    }
}

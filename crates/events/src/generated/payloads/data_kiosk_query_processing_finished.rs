use serde::{Deserialize, Serialize};

/// `Pagination` of `DATA_KIOSK_QUERY_PROCESSING_FINISHED` 2023-11-15.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pagination {
    /// `nextToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// `DataKioskQueryProcessingFinished` of `DATA_KIOSK_QUERY_PROCESSING_FINISHED` 2023-11-15.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DataKioskQueryProcessingFinished {
    /// `accountId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// `queryId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<String>,
    /// `query`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `processingStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_status: Option<ProcessingStatus>,
    /// `dataDocumentId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_document_id: Option<String>,
    /// `errorDocumentId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_document_id: Option<String>,
    /// `pagination`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
}

spapi_types::open_enum! {
    /// `ProcessingStatus` of `DATA_KIOSK_QUERY_PROCESSING_FINISHED` 2023-11-15.
    pub enum ProcessingStatus {
        Cancelled = "CANCELLED",
        Done = "DONE",
        Fatal = "FATAL",
    }
}

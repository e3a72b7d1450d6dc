use serde::{Deserialize, Serialize};

/// `ReportProcessingFinished` of `REPORT_PROCESSING_FINISHED` 2020-09-04.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReportProcessingFinished {
    /// `sellerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<String>,
    /// `accountId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// `reportId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_id: Option<String>,
    /// `reportType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_type: Option<String>,
    /// `processingStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_status: Option<ProcessingStatus>,
    /// `reportDocumentId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_document_id: Option<String>,
}

spapi_types::open_enum! {
    /// `ProcessingStatus` of `REPORT_PROCESSING_FINISHED` 2020-09-04.
    pub enum ProcessingStatus {
        Cancelled = "CANCELLED",
        Done = "DONE",
        Fatal = "FATAL",
    }
}

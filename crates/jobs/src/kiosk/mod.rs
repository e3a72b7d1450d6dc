//! Queries of Data Kiosk as jobs.

mod lines;
mod outcome;
mod pages;
mod request;
#[cfg(feature = "kiosk-check")]
mod schema;
mod text;
mod work;

pub use lines::JsonLines;
pub use outcome::{QueryEnded, QueryOutcome, QueryPage};
pub use pages::QueryPages;
pub use request::QueryRequest;
#[cfg(feature = "kiosk-check")]
pub use schema::KioskSchema;

use crate::context::Context;
use crate::document::{DocumentOrigin, JobDocument};
use crate::job::Job;
use crate::journal::JobKey;
use crate::set::Jobs;
use crate::settings::settings;
use spapi_core::{Client, Error};
use spapi_data_kiosk::v2023_11_15::DataKiosk as Api;
use std::fmt;
use std::sync::Arc;
use work::QueryWork;

/// A job that runs a query and makes one page.
pub type QueryJob = Job<QueryWork>;

/// Jobs that run queries.
pub type QueryJobs = Jobs<QueryWork>;

/// Runs GraphQL queries of Data Kiosk for the seller or vendor of a client.
///
/// Cheap to clone: clones share the journal, the pace of polling and the limits of each dataset. Keep one for as long as you
/// run queries for a seller.
#[derive(Clone)]
pub struct DataKiosk {
    context: Arc<Context>,
    #[cfg(feature = "kiosk-check")]
    schemas: Arc<Vec<KioskSchema>>,
}

settings!(
    DataKiosk,
    "query",
    "DATA_KIOSK_QUERY_PROCESSING_FINISHED",
    data_kiosk_query_processing_finished::DataKioskQueryProcessingFinished,
    query_id
);

impl DataKiosk {
    /// Queries of the client's seller, without a journal: what is requested is forgotten with the process.
    pub fn new(client: &Client) -> Self {
        Self {
            context: Arc::new(Context::new(client)),
            #[cfg(feature = "kiosk-check")]
            schemas: Arc::default(),
        }
    }

    /// Adds the schema of a dataset. Queries of this dataset are checked against it before they are sent.
    #[cfg(feature = "kiosk-check")]
    pub fn schema(mut self, schema: KioskSchema) -> Self {
        Arc::make_mut(&mut self.schemas).push(schema);
        self
    }

    /// Takes a query. White space and comments that it does not need are removed, since Amazon counts them.
    ///
    /// # Errors
    /// When the query is empty, is not closed, has more than 8,000 characters without needless white space, or asks for a
    /// dataset that Amazon no longer has. With the feature `kiosk-check` also when it does not fit the schema of its
    /// dataset. Nothing is sent.
    pub fn query(&self, query: impl AsRef<str>) -> Result<QueryRequest, Error> {
        let given = query.as_ref();
        let query = text::Query::read(given, self.context.client.clock().now())?;
        #[cfg(feature = "kiosk-check")]
        if let Some(schema) = self.schemas.iter().find(|schema| schema.has(&query.dataset)) {
            // The text as it is given, so that the places of faults are those that the caller sees.
            schema.check(given)?;
        }
        Ok(QueryRequest::new(Arc::clone(&self.context), query))
    }

    /// A page by the id of its document, such as one that the [store](Self::store) has.
    pub fn document(&self, id: impl Into<String>) -> QueryPage {
        let id = id.into();
        let key = JobKey::new("document", &id);
        QueryPage { document: JobDocument::new(&self.context, id, DocumentOrigin::Query, key) }
    }

    /// Runs these jobs at a time.
    pub fn all(&self, jobs: impl IntoIterator<Item = QueryJob>) -> QueryJobs {
        Jobs::new(jobs)
    }

    /// Cancels a query that is not done, and wakes the job that waits for it.
    ///
    /// # Errors
    /// When Amazon does not have the query or it is done.
    pub async fn cancel(&self, query_id: &str) -> Result<(), Error> {
        Api::new(&self.context.client).cancel_query(query_id).with_options(self.context.patient()).send().await?;
        self.context.note_cancelled(query_id);
        self.context.wakes.wake(query_id);
        Ok(())
    }
}

impl fmt::Debug for DataKiosk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKiosk").field("client", &self.context.client).finish_non_exhaustive()
    }
}

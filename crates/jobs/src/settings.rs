//! The settings that reports, feeds and queries share.

/// Adds the methods that set the journal, the pace of polling and the longest wait, and those that look at the journal and
/// wake a job. The type has a field `context`. `$kind` is the kind of its entries. `$notification` is the notification that one has
/// ended, and `$module::$payload` its payload, which has the id in `$id`.
macro_rules! settings {
    ($owner:ident, $kind:literal, $notification:literal, $module:ident::$payload:ident, $id:ident) => {
        impl $owner {
            /// Sets the journal, so that another run of the program finds what this one requested. From now on, what was
            /// made stays in the journal until the caller finishes it.
            pub fn journal(self, journal: impl crate::journal::Journal) -> Self {
                self.with(|context| {
                    context.journal = std::sync::Arc::new(journal);
                    context.keeps_results = true;
                })
            }

            /// The same settings without a journal.
            pub fn without_journal(self) -> Self {
                self.with(|context| {
                    context.journal = std::sync::Arc::new(crate::journal::MemoryJournal::new());
                    context.keeps_results = false;
                })
            }

            /// Sets how long a job waits before it asks for the status for the first time, and the longest wait between two
            /// times, each at most 30 days. By default 10 seconds and a minute. Many waiting jobs share the quota, so that each
            /// waits longer.
            pub fn polling(self, first: std::time::Duration, longest: std::time::Duration) -> Self {
                let first = first.min(crate::context::LONGEST_PAUSE);
                let longest = longest.clamp(first, crate::context::LONGEST_PAUSE);
                self.with(|context| context.polling = crate::context::Polling { first, longest })
            }

            /// Sets how long a job waits for Amazon after its request, and before that for a type that must rest. By default
            /// a day. After that the job fails, and with a journal an equal job continues to wait.
            pub fn longest_wait(self, wait: std::time::Duration) -> Self {
                self.with(|context| context.longest_wait = wait)
            }

            /// Sets how long a job waits for a quota: of each of its calls, and of a type that must rest before it is requested
            /// again. By default 30 days for a call, and the longest wait for a type. After that the job fails with
            /// [`ErrorKind::Quota`](spapi_core::ErrorKind::Quota), and nothing is sent.
            pub fn longest_quota_wait(self, wait: std::time::Duration) -> Self {
                self.with(|context| context.longest_quota_wait = Some(wait))
            }

            /// Leaves at least this time between two requests, also where the quota allows more at once. By default it sends as many
            /// as the quota allows.
            pub fn spacing(self, interval: std::time::Duration) -> Self {
                self.with(|context| context.spacing = interval.min(crate::context::LONGEST_PAUSE))
            }

            /// Keeps each document in a store before it is read, and reads those that the store has without asking Amazon.
            pub fn store(self, store: impl crate::store::DocumentStore) -> Self {
                self.with(|context| context.store = Some(std::sync::Arc::new(store)))
            }

            fn with(mut self, change: impl FnOnce(&mut crate::context::Context)) -> Self {
                let mut context = self.context.renewed();
                change(&mut context);
                self.context = std::sync::Arc::new(context);
                self
            }

            #[doc = concat!("Wakes the job that waits for this ", $kind, ", so that it looks at once: for a consumer of the")]
            #[doc = concat!("notification `", $notification, "`, which has the id. Returns whether a job waits for it.")]
            pub fn wake(&self, id: &str) -> bool {
                self.context.wakes.wake(id)
            }

            #[doc = concat!("What the journal has of each ", $kind, " that was requested and is not finished, of all sellers")]
            /// that share it.
            ///
            /// # Errors
            /// When the journal cannot be read.
            pub async fn unfinished(&self) -> Result<Vec<crate::journal::Entry>, spapi_core::Error> {
                let mut entries = self.context.journal.entries().await?;
                entries.retain(|entry| !entry.is_finished && entry.kind == $kind);
                Ok(entries)
            }
        }

        #[doc = concat!("Wakes the job of the ", $kind, " that a notification `", $notification, "` names. Any other notification")]
        /// changes nothing.
        #[cfg(feature = "events")]
        impl spapi_events::consume::Handler for $owner {
            fn handle(
                &self,
                delivery: spapi_events::consume::Delivery,
            ) -> spapi_core::BoxFuture<'_, Result<(), spapi_events::consume::HandlerError>> {
                let payload = delivery.payload_as::<spapi_events::payloads::$module::$payload>();
                if let Some(id) = payload.and_then(|payload| payload.$id.as_deref()) {
                    self.wake(id);
                }
                Box::pin(std::future::ready(Ok(())))
            }
        }
    };
}

pub(crate) use settings;

//! Looks into a schema that runs have filled.

use super::claim::Claim;
use super::table::of;
use super::{Postgres, gaps};
use crate::destination::{SliceId, Tables};
use crate::{Kind, Schema, Stream};
use spapi_core::{BoxFuture, Error};
use std::sync::Arc;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

impl Tables for Postgres {
    fn rows(
        &mut self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
    ) -> BoxFuture<'_, Result<Option<u64>, Error>> {
        let (connection, marketplace) = (connection.to_owned(), marketplace.to_owned());
        Box::pin(async move {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
            let count = format!("select count(*) from {} where {of}", self.shared.place.table(stream.name));
            let client = self.state.client.lock().await;
            match client.query_one(&count, &[&connection, &marketplace]).await {
                Ok(row) => Ok(Some(row.get::<_, i64>(0) as u64)),
                Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
                Err(error) => Err(self.state.failed(&error)),
            }
        })
    }

    fn forget(&mut self, slices: Vec<SliceId>) -> BoxFuture<'_, Result<u64, Error>> {
        Box::pin(async move {
            let mut claims: Vec<Arc<Claim>> = Vec::new();
            for slice in &slices {
                let claim = self.claims.of(slice)?;
                if !claims.iter().any(|known| Arc::ptr_eq(known, &claim)) {
                    claims.push(claim);
                }
            }
            let failed = |error| self.state.failed(&error);
            let mut client = self.state.client.lock().await;
            let transaction = client.transaction().await.map_err(failed)?;
            for claim in &claims {
                claim.hold(&self.shared.place, &self.state, &transaction).await?;
            }
            let removed = self.remove(&transaction, &slices).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            Ok(removed)
        })
    }
}

impl Postgres {
    async fn remove(&self, transaction: &Transaction<'_>, slices: &[SliceId]) -> Result<u64, tokio_postgres::Error> {
        let place = &self.shared.place;
        let is = of(&["connection", "stream", "marketplace", "slice"]);
        let mut removed = 0;
        for id in slices {
            let SliceId { connection, stream, marketplace, slice } = id;
            gaps::remove(transaction, place, id).await?;
            let forget = format!("delete from {} where {is}", place.table("_spapi_slices"));
            if transaction.execute(&forget, &[connection, stream, marketplace, slice]).await? == 0 {
                continue;
            }
            let letters = format!("delete from {} where {is}", place.table("_spapi_rejected"));
            transaction.execute(&letters, &[connection, stream, marketplace, slice]).await?;
            if Stream::find(stream).is_ok_and(|stream| stream.kind == Kind::Incremental) {
                let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
                let delete = format!("delete from {} where {of}", place.table(stream));
                removed += transaction.execute(&delete, &[connection, marketplace, slice]).await?;
            }
        }
        Ok(removed)
    }
}

//! The rows of settlement reports that are about points.

use crate::movement::{Meaning, Movement};
use crate::reconcile::Period;
use spapi_rows::{
    Row, SettlementRow as FlatRow, SettlementV2Row, XmlSettlementItemRow, XmlSettlementRefundItemRow, XmlSettlementRow,
};
use spapi_types::DateTime;
use spapi_types::text::folded;

/// A row of a settlement report: flat file, flat file V2 or XML.
pub trait SettlementRow: Row {
    /// What points cost or gave back, if the row is about that.
    fn movement(&self) -> Option<Movement> {
        None
    }

    /// The settlement, if the row names its time. In flat files that is the first row, in XML
    /// [`XmlSettlementRow`](spapi_rows::XmlSettlementRow).
    fn period(&self) -> Option<Period> {
        None
    }
}

/// What a description says of points. Amazon writes `PointsGranted` and `PointsReturned`.
fn meaning(description: &Option<String>) -> Option<Meaning> {
    match folded(description.as_deref()?).as_str() {
        "pointsgranted" | "costofpointsgranted" => Some(Meaning::Granted),
        "pointsreturned" | "costofpointsreturned" => Some(Meaning::Returned),
        _ => None,
    }
}

fn text(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

fn time(time: &Option<DateTime>) -> DateTime {
    time.clone().unwrap_or_default()
}

fn period(id: &str, start: &Option<DateTime>, end: &Option<DateTime>) -> Option<Period> {
    let (start, end) = (start.as_ref()?.to_system_time().ok()?, end.as_ref()?.to_system_time().ok()?);
    Some(Period::new(id, start, end))
}

/// A row whose `amount-type` is `Points`. The description alone counts too, since others use no such words.
impl SettlementRow for SettlementV2Row {
    fn movement(&self) -> Option<Movement> {
        let meaning = meaning(&self.amount_description)?;
        let posted = self.posted_date_time.as_ref().or(self.posted_date.as_ref()).cloned();
        let movement = Movement::new(text(&self.order_id), meaning, self.amount?);
        Some(movement.sku(text(&self.sku)).currency(text(&self.currency)).posted(time(&posted)))
    }

    fn period(&self) -> Option<Period> {
        period(&self.settlement_id, &self.settlement_start_date, &self.settlement_end_date)
    }
}

/// A row whose `item-related-fee-type` is `PointsGranted` or `PointsReturned`.
impl SettlementRow for FlatRow {
    fn movement(&self) -> Option<Movement> {
        let meaning = meaning(&self.item_related_fee_type)?;
        let movement = Movement::new(text(&self.order_id), meaning, self.item_related_fee_amount?);
        Some(movement.sku(text(&self.sku)).currency(text(&self.currency)).posted(time(&self.posted_date)))
    }

    fn period(&self) -> Option<Period> {
        period(&self.settlement_id, &self.settlement_start_date, &self.settlement_end_date)
    }
}

impl SettlementRow for XmlSettlementItemRow {
    fn movement(&self) -> Option<Movement> {
        let movement = Movement::new(&self.amazon_order_id, Meaning::Granted, self.cost_of_points_granted?);
        let currency = text(&self.cost_of_points_granted_currency);
        Some(movement.sku(&self.sku).currency(currency).posted(time(&self.posted_date)))
    }
}

impl SettlementRow for XmlSettlementRefundItemRow {
    fn movement(&self) -> Option<Movement> {
        let movement = Movement::new(text(&self.amazon_order_id), Meaning::Returned, self.cost_of_points_returned?);
        let currency = text(&self.cost_of_points_returned_currency);
        Some(movement.sku(&self.sku).currency(currency).posted(time(&self.posted_date)))
    }
}

impl SettlementRow for XmlSettlementRow {
    fn period(&self) -> Option<Period> {
        period(&self.amazon_settlement_id, &self.start_date, &self.end_date)
    }
}

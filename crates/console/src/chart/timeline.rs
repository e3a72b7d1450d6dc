//! Slices of time as a calendar: a line for each stream, a month for each mark.

use super::{WIDTH, at, picture};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use spapi_core::Marketplace;
use std::time::SystemTime;

/// A calendar of slices.
pub struct Timeline<'a> {
    /// The beginning of the ids of its elements, unique on the page.
    pub id: &'a str,
    pub title: &'a str,
    pub about: &'a str,
    pub lanes: &'a [Lane],
    /// A day as the language writes it.
    pub day: &'a dyn Fn(Date) -> String,
    /// Whose time zone the months are of.
    pub marketplace: Marketplace,
}

/// The slices of a stream.
pub struct Lane {
    pub label: String,
    pub spans: Vec<(SystemTime, SystemTime)>,
}

const TOP: f64 = 28.0;
/// A line has its label above its slices, so that it is read on a narrow screen too.
const LANE: f64 = 46.0;
/// Marks nearer than this to each other would overlap.
const APART: f64 = 90.0;

impl Timeline<'_> {
    pub fn draw(&self) -> Markup {
        let spans = || self.lanes.iter().flat_map(|lane| &lane.spans);
        let (Some(first), Some(last)) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max()) else {
            return html! {};
        };
        let whole = last.duration_since(first).unwrap_or_default().as_secs_f64().max(1.0);
        let x = |time: SystemTime| time.duration_since(first).unwrap_or_default().as_secs_f64() / whole * WIDTH;
        let height = TOP + LANE * self.lanes.len() as f64;
        let mut before = f64::NEG_INFINITY;
        let marks = self.months(first, last).into_iter().filter_map(|(time, day)| {
            let left = x(time);
            let has_room = left - before >= APART && left <= WIDTH - APART / 2.0;
            has_room.then(|| {
                before = left;
                (left, (self.day)(day))
            })
        });
        let marks: Vec<_> = marks.collect();
        let parts = html! {
            @for (left, label) in &marks {
                line class="grid" x1=(at(*left)) x2=(at(*left)) y1="18" y2=(at(height)) {}
                text class="tick" x=(at(left + 3.0)) y="14" { (label) }
            }
            @for (index, lane) in self.lanes.iter().enumerate() {
                @let top = TOP + LANE * index as f64;
                text class="tick name" x="2" y=(at(top + 14.0)) { (lane.label) }
                @for (number, (from, to)) in sorted(&lane.spans).iter().enumerate() {
                    @let left = x(*from);
                    rect class={ "slice" @if number % 2 == 1 { " other" } } x=(at(left)) y=(at(top + 20.0))
                        width=(at((x(*to) - left).max(1.0))) height="18" {}
                }
            }
        };
        picture(self.id, height, self.title, self.about, &parts)
    }

    /// The first days of the months between two moments.
    fn months(&self, first: SystemTime, last: SystemTime) -> Vec<(SystemTime, Date)> {
        /// More would not fit anyway.
        const MOST: usize = 600;
        let zone = TimeZone::get(self.marketplace.time_zone()).unwrap_or(TimeZone::UTC);
        let (Ok(from), Ok(to)) = (Timestamp::try_from(first), Timestamp::try_from(last)) else { return Vec::new() };
        let mut found = Vec::new();
        let mut day = from.to_zoned(zone.clone()).date();
        // The beginning is a mark too.
        found.push((first, day));
        while found.len() < MOST {
            let Ok(next) = day.first_of_month().checked_add(1.month()) else { break };
            day = next;
            let Ok(time) = day.to_zoned(zone.clone()) else { break };
            if time.timestamp() >= to {
                break;
            }
            found.push((time.timestamp().into(), day));
        }
        found
    }
}

fn sorted(spans: &[(SystemTime, SystemTime)]) -> Vec<(SystemTime, SystemTime)> {
    let mut spans = spans.to_vec();
    spans.sort();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn slices_lie_where_their_time_is() {
        let at = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
        let lanes = [Lane { label: "<i>".to_owned(), spans: vec![(at(50), at(100)), (at(0), at(50))] }];
        let day = |day: Date| day.to_string();
        let timeline =
            Timeline { id: "x", title: "T", about: "A", lanes: &lanes, day: &day, marketplace: Marketplace::GB };
        let drawn = timeline.draw().into_string();
        assert!(drawn.contains("width=\"360\"") && drawn.contains("x=\"360\""), "{drawn}");
        assert!(drawn.contains("1970-02-01") && drawn.contains("&lt;i&gt;"), "{drawn}");
        let empty = Timeline { lanes: &[], ..timeline };
        assert_eq!(empty.draw().into_string(), "");
    }
}

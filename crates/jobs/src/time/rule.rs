//! What a report type makes of a range, and how a long range is cut.

use super::{Bound, Period, SentEnd, Span, out_of_range, wrong};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use spapi_core::Error;

/// The most slices of one range. More are a mistake, such as a start in the wrong century.
const MOST_SLICES: usize = 10_000;

const DAY: i64 = 24 * 3600;

/// What Amazon does with a range whose ends are not those of whole periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// It keeps the whole periods within the range.
    Inward,
    /// It takes every period that the range touches.
    Outward,
    /// It refuses the range.
    MustFit,
}

/// How long one report's range may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Longest {
    pub days: Option<u32>,
    pub periods: Option<u32>,
}

/// How a report type treats a range.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The zone in which days begin.
    pub zone: TimeZone,
    /// The periods that it counts, with what it does at the ends. Without them every moment counts.
    pub periods: Option<(Period, Rounding)>,
    pub longest: Longest,
    /// How many days before now the range may begin.
    pub days_back: Option<u32>,
}

impl Rule {
    /// The span that a report on this range covers. Without an end the range ends now.
    ///
    /// # Errors
    /// When the range is not one, or the type refuses it.
    pub fn effective(&self, from: &Bound, to: Option<&Bound>, now: Timestamp) -> Result<Span, Error> {
        let start = from.start(&self.zone)?;
        let end = match to {
            Some(to) => to.end(&self.zone)?,
            None => now,
        };
        if start >= end {
            let what = if to.is_some() { "the end of the range" } else { "now" };
            return Err(wrong(
                format!("the start of the range, {start}, is not before {what}, {end}"),
                "Give an earlier start or a later end.",
            ));
        }
        if start >= now {
            return Err(wrong(format!("the range starts at {start}, in the future"), "Give an earlier start."));
        }
        let span = match self.periods {
            None => Span::new(start, end.min(now)),
            Some((period, rounding)) => self.rounded(period, rounding, start, end, now)?,
        };
        match self.days_back {
            Some(days) if is_longer(span.bounds().0, now, days) => Err(wrong(
                format!(
                    "the range starts at {}, and Amazon has this report for the last {days} days only",
                    span.bounds().0
                ),
                "Give a later start.",
            )),
            _ => Ok(span),
        }
    }

    /// The earliest start that the type takes, a day later than it says because a request may follow hours after its plan.
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        let back = self.days_back.map(|days| length(days.saturating_sub(1).max(1)));
        back.and_then(|back| now.checked_sub(back).ok()).unwrap_or(Timestamp::MIN)
    }

    /// The span of the periods from the one in which `start` lies up to the last that is over at `end`, or of all time between
    /// them for a type without periods. `None` if there is none. What lies before `earliest` is left out, with the period
    /// that it is a part of.
    pub fn within(&self, start: Timestamp, end: Timestamp, earliest: Timestamp) -> Result<Option<Span>, Error> {
        let start = start.max(earliest);
        if start >= end {
            return Ok(None);
        }
        let Some((period, _)) = self.periods else { return Ok(Some(Span::new(start, end))) };
        let (touched, last) = (period.floor(start, &self.zone)?, period.floor(end, &self.zone)?);
        let first = if touched < earliest { period.after(touched, &self.zone)? } else { touched };
        Ok((first < last).then(|| Span::new(first, last)))
    }

    fn rounded(
        &self,
        period: Period,
        rounding: Rounding,
        start: Timestamp,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<Span, Error> {
        let zone = &self.zone;
        let over = period.floor(now, zone)?;
        let (first, last) = match rounding {
            // A period that is not over yet is not whole.
            Rounding::Inward => (period.ceil(start, zone)?, period.floor(end.min(now), zone)?),
            Rounding::Outward => (period.floor(start, zone)?, period.ceil(end.min(now), zone)?),
            Rounding::MustFit => {
                let (first, last) = (period.floor(start, zone)?, period.ceil(end, zone)?);
                if (first, last) != (start, end) {
                    return Err(wrong(
                        format!("the range {start} to {end} is not made of whole periods, here each a {period}"),
                        format!("The nearest range that is goes from {first} to {last}, which it does not include."),
                    ));
                }
                (first, last)
            }
        };
        if first >= last {
            return Err(wrong(
                format!("no whole period, here a {period}, that is over lies between {start} and {end}"),
                "Give a longer range, or shorter periods by the report's option.",
            ));
        }
        if rounding == Rounding::MustFit && last > over {
            return Err(wrong(
                format!("the range goes up to {last}, and that {period} is not over"),
                format!("Give an end of {over} or earlier."),
            ));
        }
        Ok(Span::new(first, last))
    }

    /// What a request gives as its end.
    pub fn sent_end(&self) -> SentEnd {
        match self.periods {
            // Amazon would leave out the last hour if a part of it were missing.
            Some((Period::Hour, _)) => SentEnd::NextStart,
            _ => SentEnd::LastMoment,
        }
    }

    /// Whether only the days of a range count.
    pub fn has_dates_only(&self) -> bool {
        self.periods.is_some_and(|(period, _)| period != Period::Hour)
    }

    /// Cuts a span that [`effective`](Self::effective) gave into spans that each fit one report, in the order of time.
    ///
    /// # Errors
    /// When there would be more than ten thousand.
    pub fn slices(&self, span: Span) -> Result<Vec<Span>, Error> {
        let (mut start, end) = span.bounds();
        let mut slices = Vec::new();
        while start < end {
            if slices.len() == MOST_SLICES {
                return Err(wrong(
                    format!("the range {span} needs more than {MOST_SLICES} reports"),
                    "Give a later start.",
                ));
            }
            let next = self.cut(start, end)?;
            slices.push(Span::new(start, next));
            start = next;
        }
        Ok(slices)
    }

    /// The end of the slice that begins at `start`.
    fn cut(&self, start: Timestamp, end: Timestamp) -> Result<Timestamp, Error> {
        let Some((period, _)) = self.periods else {
            return Ok(match self.longest.days {
                Some(days) => start.checked_add(length(days)).map_err(out_of_range)?.min(end),
                None => end,
            });
        };
        // A type whose limit is shorter than its period still gives one period.
        let mut next = period.after(start, &self.zone)?;
        let mut count = 1;
        while next < end {
            let further = period.after(next, &self.zone)?;
            count += 1;
            let Longest { days, periods } = self.longest;
            if days.is_some_and(|days| self.has_more_days(period, start, further, days))
                || periods.is_some_and(|most| count > most)
            {
                break;
            }
            next = further;
        }
        Ok(next.min(end))
    }

    /// Whether a span of whole periods has more days of the calendar. A day with a clock change is one. Hours are counted by
    /// themselves.
    fn has_more_days(&self, period: Period, from: Timestamp, to: Timestamp, days: u32) -> bool {
        if period == Period::Hour {
            return is_longer(from, to, days);
        }
        let day = |moment: Timestamp| moment.to_zoned(self.zone.clone()).date();
        day(to).duration_since(day(from)) > length(days)
    }
}

fn length(days: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(days) * DAY)
}

fn is_longer(from: Timestamp, to: Timestamp, days: u32) -> bool {
    to.duration_since(from) > length(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(zone: &str, periods: Option<(Period, Rounding)>, longest: Longest) -> Rule {
        Rule { zone: TimeZone::get(zone).unwrap(), periods, longest, days_back: None }
    }

    fn days(days: u32) -> Longest {
        Longest { days: Some(days), periods: None }
    }

    fn periods(periods: u32) -> Longest {
        Longest { days: None, periods: Some(periods) }
    }

    fn now() -> Timestamp {
        "2026-11-29T20:00:00Z".parse().unwrap()
    }

    fn effective(rule: &Rule, from: &str, to: &str) -> Result<String, Error> {
        rule.effective(&from.into(), Some(&to.into()), now()).map(|span| span.to_string())
    }

    #[test]
    fn ends_within_a_period_move_as_the_type_says() {
        use Period::{Day, Month, Week};
        use Rounding::{Inward, MustFit, Outward};
        for (period, rounding, from, to, span) in [
            (Week, Inward, "2026-10-07", "2026-10-29", "2026-10-11T00:00:00Z to 2026-10-25T00:00:00Z"),
            (Month, Inward, "2026-07-02", "2026-10-30", "2026-08-01T00:00:00Z to 2026-10-01T00:00:00Z"),
            (Month, Inward, "2026-07-01", "2026-10-31", "2026-07-01T00:00:00Z to 2026-11-01T00:00:00Z"),
            // The month in which now lies is not whole.
            (Month, Inward, "2026-10-01", "2026-11-30", "2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z"),
            (Day, Inward, "2026-11-27", "2026-11-29", "2026-11-27T00:00:00Z to 2026-11-29T00:00:00Z"),
            (Week, Outward, "2026-10-07", "2026-10-29", "2026-10-04T00:00:00Z to 2026-11-01T00:00:00Z"),
            (Month, Outward, "2026-10-07", "2027-05-01", "2026-10-01T00:00:00Z to 2026-12-01T00:00:00Z"),
            (Week, MustFit, "2026-10-04", "2026-10-17", "2026-10-04T00:00:00Z to 2026-10-18T00:00:00Z"),
        ] {
            let rule = rule("UTC", Some((period, rounding)), Longest::default());
            assert_eq!(effective(&rule, from, to).unwrap(), span, "{period} {rounding:?} {from} {to}");
        }
    }

    #[test]
    fn a_range_that_cannot_be_is_refused_with_the_next_step() {
        use Period::{Month, Week};
        use Rounding::{Inward, MustFit};
        let moments = rule("Asia/Tokyo", None, days(30));
        let weeks = rule("UTC", Some((Week, MustFit)), periods(1));
        let months = rule("UTC", Some((Month, Inward)), Longest::default());
        let recent = Rule { days_back: Some(7), ..moments.clone() };
        for (rule, from, to, part) in [
            (&moments, "2026-10-02", "2026-10-01T00:00Z", "is not before the end of the range"),
            (&moments, "2026-12-02", "2026-12-05", "in the future"),
            (&weeks, "2026-10-05", "2026-10-17", "goes from 2026-10-04T00:00:00Z to 2026-10-18T00:00:00Z"),
            (&weeks, "2026-11-29", "2026-12-05", "is not over. Give an end of 2026-11-29T00:00:00Z"),
            (&months, "2026-11-01", "2026-11-30", "no whole period, here a month, that is over lies between"),
            (&recent, "2026-11-20", "2026-11-25", "for the last 7 days only. Give a later start. Nothing was sent."),
        ] {
            let error = effective(rule, from, to).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(part), "{error}");
        }
        let error = moments.effective(&"2026-12-01".into(), None, now()).unwrap_err();
        assert!(error.to_string().contains("is not before now"), "{error}");
        let ancient = Span::new("1000-01-01T00:00:00Z".parse().unwrap(), now());
        assert!(moments.slices(ancient).unwrap_err().to_string().contains("more than 10000 reports"));
    }

    #[test]
    fn a_long_range_is_cut_at_the_limit() {
        let cut = |rule: &Rule, from: &str, to: &str| {
            let span = rule.effective(&from.into(), Some(&to.into()), now()).unwrap();
            rule.slices(span).unwrap().iter().map(Span::to_string).collect::<Vec<_>>()
        };
        let orders = rule("Europe/Berlin", None, days(30));
        // The clock change of 25 October makes no slice longer than thirty times 24 hours.
        assert_eq!(
            cut(&orders, "2026-10-01", "2026-10-31"),
            ["2026-09-30T22:00:00Z to 2026-10-30T22:00:00Z", "2026-10-30T22:00:00Z to 2026-10-31T23:00:00Z"]
        );
        let months = rule("UTC", Some((Period::Month, Rounding::Inward)), days(365));
        assert_eq!(
            cut(&months, "2024-01-01", "2025-12-31"),
            [
                "2024-01-01T00:00:00Z to 2024-12-01T00:00:00Z",
                "2024-12-01T00:00:00Z to 2025-12-01T00:00:00Z",
                "2025-12-01T00:00:00Z to 2026-01-01T00:00:00Z"
            ]
        );
        let weeks = rule("UTC", Some((Period::Week, Rounding::MustFit)), periods(1));
        assert_eq!(cut(&weeks, "2026-10-04", "2026-10-17").len(), 2);
        let whole = rule("UTC", Some((Period::Month, Rounding::Outward)), Longest::default());
        assert_eq!(cut(&whole, "2025-01-15", "2026-10-17").len(), 1);
    }
}

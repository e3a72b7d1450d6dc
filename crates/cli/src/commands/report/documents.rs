//! The documents of reports: requested and awaited, or found.

use super::wanted::{Range, Subject};
use crate::connection::Problem;
use crate::exit::Failure;
use crate::notes;
use crate::progress::{PATIENCE, Progress};
use spapi_core::{Client, DateTime, Error};
use spapi_jobs::{CancelCause, Ended, Outcome, ReportDocument, ReportJob, Reports};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// A document, and what to call it.
pub struct Fetched {
    pub label: String,
    pub document: ReportDocument,
}

/// Requests the reports and waits for them. They come in the order of time.
pub async fn requested(
    client: &Client,
    reports: &Reports,
    subject: &Subject,
    range: &Range,
    resumes: bool,
    one_document: bool,
    progress: &mut Progress,
) -> Result<Vec<Fetched>, Problem> {
    let mut jobs = match resumes {
        true => unfinished(client, reports, subject).await?,
        false => interrupted(client, reports, subject, range).await?,
    };
    if jobs.is_empty() {
        if resumes && range.from.is_none() && subject.has_usual_range() {
            return Err(Failure::usage(format!("no report of {} was requested and not read", subject.type_name))
                .with_next("leave out --resume, and give --from")
                .into());
        }
        if resumes {
            notes::note("nothing is to be resumed, so the reports are requested");
        }
        subject.note_missing_range(range);
        jobs = subject.request(reports, range).each()?;
    }
    if one_document && jobs.len() > 1 {
        return Err(Failure::usage(format!("the range needs {} reports, and raw writes one document", jobs.len()))
            .with_next("give a shorter range, or another format such as --format csv")
            .into());
    }
    let mut outcomes = match jobs.len() {
        1 => one(jobs, progress).await?,
        _ => several(reports, jobs, progress).await?,
    };
    outcomes.sort_by_key(|outcome| outcome.span);
    with_rows(outcomes)
}

/// Waits for a report that Amazon has.
pub async fn found(job: ReportJob, progress: &mut Progress) -> Result<Vec<Fetched>, Problem> {
    with_rows(one(vec![job], progress).await?)
}

/// The documents of those that have rows.
fn with_rows(outcomes: Vec<Outcome>) -> Result<Vec<Fetched>, Problem> {
    let mut fetched = Vec::new();
    for outcome in outcomes {
        let label = match outcome.span {
            Some(span) => format!("the report of {span}"),
            None => format!("report {}", outcome.report_id),
        };
        match &outcome.ended {
            Ended::NoRows => notes::note(format!("{label} has no rows")),
            Ended::Cancelled { cause: cause @ CancelCause::NoData } => {
                notes::note(format!("{label} was cancelled: {cause}"));
            }
            _ => fetched.push(Fetched { label, document: outcome.document()? }),
        }
    }
    Ok(fetched)
}

/// The spans that were requested and not read, in the order of time.
async fn unread(client: &Client, reports: &Reports, subject: &Subject) -> Result<Vec<Unread>, Error> {
    let seller = client.seller().await?;
    let entries = reports.unfinished().await?;
    let mut ids: Vec<_> = subject.scope.marketplaces.iter().map(|marketplace| marketplace.id().to_owned()).collect();
    ids.sort();
    ids.dedup();
    let is_same = |entry: &spapi_jobs::journal::Entry| {
        entry.kind == "report"
            && entry.seller == seller
            && entry.region == client.region().code()
            && entry.type_name == subject.type_name
            && entry.marketplaces == ids
            && entry.options == subject.options()
    };
    let mut spans: Vec<_> = entries.into_iter().filter(is_same).map(|entry| (entry.from, entry.to)).collect();
    spans.sort_by_key(|(from, _)| from.as_ref().map(ToString::to_string));
    Ok(spans)
}

/// Jobs for the reports of the journal that are not read, with their own spans.
async fn unfinished(client: &Client, reports: &Reports, subject: &Subject) -> Result<Vec<ReportJob>, Problem> {
    let spans = unread(client, reports, subject).await?;
    let overlap = spans
        .windows(2)
        .find(|pair| pair[0].1.as_ref().map(ToString::to_string) > pair[1].0.as_ref().map(ToString::to_string));
    if let Some([(from, to), (other_from, other_to)]) = overlap {
        let shown = |time: &Option<DateTime>| time.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Failure::usage(format!(
            "several unread reports have a part of their time in common: {} to {}, and {} to {}",
            shown(from),
            shown(to),
            shown(other_from),
            shown(other_to)
        ))
        .with_next("leave out --resume, and give the --from and --to of one of them")
        .into());
    }
    jobs_of(reports, subject, spans)
}

/// Jobs for what an earlier run requested for this range back from now and did not read. Now was another moment then, so
/// the same command has another range. After an hour the caller most likely wants the newer rows.
async fn interrupted(
    client: &Client,
    reports: &Reports,
    subject: &Subject,
    range: &Range,
) -> Result<Vec<ReportJob>, Problem> {
    let Some(length) = range.length() else { return Ok(Vec::new()) };
    let spans = unread(client, reports, subject).await?;
    let Some(spans) = latest_of_length(&spans, length, SystemTime::now()) else { return Ok(Vec::new()) };
    if let Some((_, Some(to))) = spans.last() {
        notes::note(format!("an earlier run requested this range up to {to}, and did not read it: it is read now"));
    }
    jobs_of(reports, subject, spans)
}

type Unread = (Option<DateTime>, Option<DateTime>);

/// The spans, one after another, that together are so long and end within the last hour. The latest of several.
fn latest_of_length(spans: &[Unread], length: Duration, now: SystemTime) -> Option<Vec<Unread>> {
    let time = |time: &Option<DateTime>| time.as_ref().and_then(|time| time.to_system_time().ok());
    let is_near = |one: SystemTime, other: SystemTime| {
        let apart = one.duration_since(other).unwrap_or_else(|error| error.duration());
        apart <= TOLERANCE
    };
    let chain = |first: &Unread| {
        let mut found = vec![first.clone()];
        let mut end = time(&first.1)?;
        while let Some(next) = spans.iter().find(|(from, _)| time(from).is_some_and(|from| from == end)) {
            end = time(&next.1).filter(|next| *next > end)?;
            found.push(next.clone());
        }
        let is_recent = now.duration_since(end).is_ok_and(|age| age <= RECENT);
        (is_recent && is_near(time(&first.0)?.checked_add(length)?, end)).then_some((end, found))
    };
    spans.iter().filter_map(chain).max_by_key(|(end, _)| *end).map(|(_, found)| found)
}

/// By how much a span may be shorter or longer than the range, since both ends are in whole seconds.
const TOLERANCE: Duration = Duration::from_secs(2);

/// How long an earlier run of the same command is continued.
const RECENT: Duration = Duration::from_secs(3600);

fn jobs_of(reports: &Reports, subject: &Subject, spans: Vec<Unread>) -> Result<Vec<ReportJob>, Problem> {
    let mut jobs = Vec::new();
    for (from, to) in spans {
        let request = subject.request(reports, &Range { from: None, to: None });
        let request = match (from, to) {
            (Some(from), Some(to)) => request.between(from, to),
            _ => request,
        };
        jobs.push(request.job()?);
    }
    Ok(jobs)
}

/// Waits for one report, and shows each of its states.
async fn one(jobs: Vec<ReportJob>, progress: &mut Progress) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::new();
    for mut job in jobs {
        while let Some(state) = job.try_next().await? {
            progress.job(&state);
        }
        outcomes.push(job.await?);
    }
    Ok(outcomes)
}

/// Waits for several reports at a time.
async fn several(reports: &Reports, jobs: Vec<ReportJob>, progress: &mut Progress) -> Result<Vec<Outcome>, Error> {
    let count = jobs.len();
    progress.state(&format!("the range needs {count} reports"), "");
    let mut jobs = reports.all(jobs);
    let mut outcomes = Vec::with_capacity(count);
    let mut first_error = None;
    // The other reports go on after an error, so that the journal has them.
    while !jobs.is_empty() {
        match timeout(PATIENCE, jobs.try_next()).await {
            Ok(Ok(Some(outcome))) => outcomes.push(outcome),
            Ok(Ok(None)) => break,
            Ok(Err(failed)) => first_error = first_error.or(Some(failed.error)),
            // Amazon takes few requests a minute, so this can last.
            Err(_) => {}
        }
        progress.state(&format!("{} of {count} reports are made", outcomes.len()), "");
    }
    first_error.map_or(Ok(outcomes), Err)
}

/// Finds the reports that exist, the oldest first.
pub async fn existing(
    reports: &Reports,
    subject: &Subject,
    range: &Range,
    one_document: bool,
) -> Result<Vec<Fetched>, Problem> {
    let ids = subject.scope.marketplaces.iter().map(|marketplace| marketplace.id());
    let mut found = reports.existing(&subject.type_name).marketplaces(ids);
    if subject.scope.force.force {
        found = found.unchecked();
    }
    if let Some(from) = &range.from {
        found = found.created_since(from.moment()?);
    }
    let mut fetched = Vec::new();
    while let Some(report) = notes::while_waiting(found.try_next()).await? {
        fetched.push(Fetched { label: format!("report {}", report.report_id), document: report.document });
    }
    if one_document && fetched.len() > 1 {
        return Err(Failure::usage(format!("there are {} reports, and raw writes one document", fetched.len()))
            .with_next("give a later --from, or another format such as --format csv")
            .into());
    }
    Ok(fetched)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: u64, seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(days * 24 * 3600 + seconds)
    }

    #[test]
    fn a_range_back_from_now_is_found_again_within_an_hour() {
        let span = |from, to| (Some(DateTime::from(at(from, 7))), Some(DateTime::from(at(to, 7))));
        let length = Duration::from_secs(60 * 24 * 3600);
        let spans = [span(100, 130), span(130, 160), span(150, 160), span(10, 70)];
        let found = |now| latest_of_length(&spans, length, now);
        assert_eq!(found(at(160, 600)), Some(spans[..2].to_vec()));
        assert_eq!(found(at(160, 2 * 3600)), None, "later the newer rows are wanted");
        assert_eq!(found(at(160, 0)), None, "a range that ends in the future");
        assert_eq!(latest_of_length(&spans, length / 2, at(160, 600)), Some(spans[1..2].to_vec()));
        assert_eq!(latest_of_length(&spans, length / 4, at(160, 600)), None);
        assert_eq!(latest_of_length(&[(None, None)], length, at(160, 600)), None);
    }
}

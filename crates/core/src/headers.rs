//! Reads the headers of an answer.

use http::HeaderMap;
use std::time::{Duration, SystemTime};

/// Amazon's request id.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amzn-RequestId").or_else(|| headers.get("x-amz-request-id"))?.to_str().ok()
}

/// How long `Retry-After` asks to wait. It holds seconds, or the date to wait for.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = spapi_types::DateTime::from(text).to_system_time().ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_572_288_572);
        let read =
            |text: &str| retry_after(&HeaderMap::from_iter([(http::header::RETRY_AFTER, text.parse().unwrap())]), now);
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read(" 0.5 "), Some(Duration::from_millis(500)));
        assert_eq!(read("Mon, 28 Oct 2019 18:49:42 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Mon, 28 Oct 2019 18:49:00 GMT"), Some(Duration::ZERO));
        for odd in ["", "-1", "soon", "NaN", "1e300", "inf"] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}

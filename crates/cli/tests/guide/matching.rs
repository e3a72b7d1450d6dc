//! Compares what a sample writes with what the guide shows.

/// Whether a text is as it is shown: `…` in a line stands for any text, and as a line of its own for any number of lines.
pub fn matches(shown: &str, is: &str) -> bool {
    let [shown, is] = [shown, is].map(|text| text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>());
    lines(&shown, &is)
}

fn lines(shown: &[&str], is: &[&str]) -> bool {
    match shown.split_first() {
        None => is.is_empty(),
        Some((first, rest)) if first.trim() == "…" => (0..=is.len()).any(|skipped| lines(rest, &is[skipped..])),
        Some((first, rest)) => is.split_first().is_some_and(|(one, others)| line(first, one) && lines(rest, others)),
    }
}

fn line(shown: &str, is: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut left) = is.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return left.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    true
}

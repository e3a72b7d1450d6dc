//! Parses rates and bursts from the usage-plan table in a description.

use anyhow::{Result, bail};

/// How often an operation may be called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// From the model's table.
    Documented { per_second: f64, burst: u32 },
    /// From `models/sections.toml`.
    Overridden { per_second: f64, burst: u32 },
    /// From an earlier model's table; `models/rates.toml` keeps it.
    LastKnown { per_second: f64, burst: u32 },
    /// Unknown: the model has no table, or has `n` for both.
    Unknown,
}

impl Rate {
    /// Requests per second, and the size of a burst.
    pub fn values(self) -> Option<(f64, u32)> {
        match self {
            Self::Documented { per_second, burst }
            | Self::Overridden { per_second, burst }
            | Self::LastKnown { per_second, burst } => Some((per_second, burst)),
            Self::Unknown => None,
        }
    }
}

/// Parses the table of a description. A table that cannot be parsed is an error, because a wrong rate is worse than
/// none.
pub fn read(description: &str) -> Result<Rate> {
    // Some descriptions have a backslash and an `n` instead of a line break.
    let text = description.replace("\\n", "\n");
    let mut rows = text.lines().map(cells);
    let Some(header) = rows.find(|row| position(row, "rate").is_some() && position(row, "burst").is_some()) else {
        return Ok(Rate::Unknown);
    };
    let (Some(rate), Some(burst)) = (position(&header, "rate"), position(&header, "burst")) else {
        return Ok(Rate::Unknown);
    };
    let plan = position(&header, "plan type");
    for row in rows {
        if row.len() != header.len() {
            break;
        }
        if row.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':'))) {
            continue;
        }
        // A table of several plans has a row for everybody under this name.
        if plan.is_some_and(|plan| !row[plan].eq_ignore_ascii_case("default")) {
            continue;
        }
        if row[rate].eq_ignore_ascii_case("n") && row[burst].eq_ignore_ascii_case("n") {
            return Ok(Rate::Unknown);
        }
        return match (row[rate].parse::<f64>(), row[burst].parse::<f64>()) {
            (Ok(per_second), Ok(burst))
                if per_second > 0.0 && per_second.is_finite() && (1.0..=1e6).contains(&burst) =>
            {
                Ok(Rate::Documented { per_second, burst: burst as u32 })
            }
            _ => bail!(
                "the usage plan says rate `{}` and burst `{}`, which cannot be read: give a `rate` in models/sections.toml",
                row[rate],
                row[burst]
            ),
        };
    }
    bail!("the usage plan's table has a header but no row: give a `rate` in models/sections.toml")
}

/// The cells of a row of a Markdown table; `None` if the line is not one.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    match line.strip_prefix('|') {
        Some(rest) => rest.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect(),
        None => Vec::new(),
    }
}

fn position(row: &[String], word: &str) -> Option<usize> {
    row.iter().position(|cell| cell.to_ascii_lowercase().starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Does it.\n\n| Rate (requests per second) | Burst |\n| ---- | ---- |\n";

    #[test]
    fn a_table_is_read_in_each_published_form() {
        let documented = |per_second, burst| Rate::Documented { per_second, burst };
        assert_eq!(read(&format!("{HEAD}| 0.0167 | 20 |\n\nMore.")).unwrap(), documented(0.0167, 20));
        assert_eq!(read(&format!("{HEAD}| .5 | 30.0 |")).unwrap(), documented(0.5, 30));
        assert_eq!(read(&format!("{}| 2 | 15 |\\n\\n", HEAD.replace('\n', "\\n"))).unwrap(), documented(2.0, 15));
        let plans = "| Plan type | Rate (requests per second) | Burst |\n| - | - | - |\n|Selling partner specific| Variable | Variable |\n|Default| 5 | 10 |";
        assert_eq!(read(plans).unwrap(), documented(5.0, 10));
    }

    #[test]
    fn a_missing_table_or_a_placeholder_is_an_unknown_rate() {
        assert_eq!(read("No table, but a | bar.").unwrap(), Rate::Unknown);
        assert_eq!(read(&format!("{HEAD}| n | n |")).unwrap(), Rate::Unknown);
    }

    #[test]
    fn a_table_that_cannot_be_read_is_an_error() {
        for row in ["| two | 15 |", "| 0 | 15 |", "| 1 | |", "", "| -1 | 5 |", "| NaN | 5 |"] {
            assert!(read(&format!("{HEAD}{row}")).is_err(), "{row}");
        }
    }
}

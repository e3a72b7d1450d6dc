//! Report options as lines: `REPORT name=value`.

use super::Options;

/// Reads a line for each report, with its options behind its name.
///
/// # Errors
/// The first line that cannot be read.
pub fn read(text: &str) -> Result<Options, String> {
    let mut all = Options::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default().trim_end_matches(':');
        let options = all.entry(name.to_owned()).or_default();
        let mut is_any = false;
        for word in words {
            match word.split_once('=') {
                Some((option, value)) if !option.is_empty() && !value.is_empty() => {
                    options.insert(option.to_owned(), value.trim_end_matches(',').to_owned());
                    is_any = true;
                }
                _ => return Err(line.to_owned()),
            }
        }
        if !is_any {
            return Err(line.to_owned());
        }
    }
    Ok(all)
}

/// Writes the lines that [`read`] reads.
pub fn write(options: &Options) -> String {
    let lines = options.iter().map(|(name, options)| {
        let pairs: Vec<_> = options.iter().map(|(option, value)| format!("{option}={value}")).collect();
        format!("{name} {}", pairs.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let text = "A a=1 b=2\nB c=3";
        assert_eq!(write(&read(text).unwrap()), text);
        assert_eq!(write(&read("\n A: a=1\r\nA b=2\n\n").unwrap()), "A a=1 b=2");
        for wrong in ["A", "A a", "A =1", "A a=", "A a=1\nB"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

//! The screen that stdout is shown on.

use std::io::{self, IsTerminal};
use textwrap::{Options, WordSeparator, WordSplitter};

/// The width of the screen in columns: `COLUMNS` of the environment, or else the terminal's. `None` if stdout is a file
/// or a pipe.
pub fn width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = columns.or_else(|| {
        let out = io::stdout();
        let size = out.is_terminal().then(|| terminal_size::terminal_size_of(&out)).flatten();
        size.map(|(width, _)| width.0.into())
    });
    width.filter(|width| (20..=1000).contains(width))
}

/// The text in lines of this width, each after the indentation.
pub fn wrapped(text: &str, width: usize, indentation: usize) -> Vec<String> {
    let blanks = " ".repeat(indentation);
    let options = Options::new(width.saturating_sub(indentation).max(10));
    // Names and paths stay whole, to be copied.
    let options = options.break_words(false).word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options.word_separator(WordSeparator::AsciiSpace));
    lines.into_iter().map(|line| format!("{blanks}{}", line.trim_end())).collect()
}

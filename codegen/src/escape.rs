//! Escapes texts of models for source code, Markdown, TOML or a terminal: one function for each target.
//!
//! Models come from outside. A name in them must not end the comment, the literal or the line that contains it.

/// Whether a character is invisible or changes how its neighbours are shown: controls, direction marks and other
/// formats, separators of lines and paragraphs, spaces other than the plain one, unassigned code points, and marks that
/// combine with the character before them.
pub fn is_invisible(c: char) -> bool {
    // Rust escapes these in the `Debug` form of a character. It treats the fillers below as letters and symbols.
    let escaped = !matches!(c, '"' | '\'' | '\\') && c.escape_debug().len() > 1;
    escaped || matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// A text on one line in which every invisible character is written as `\u{..}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_invisible(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

/// A message of one or more lines for a terminal or a log.
pub fn terminal(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A Rust string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// The elements of a Rust array of strings.
pub fn literals(texts: &[String]) -> String {
    texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", ")
}

/// A TOML string with its quotation marks.
pub fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A code span, in a doc comment or in Markdown outside of a table.
pub fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Markdown removes one space at both ends, and needs text between the fences.
    let is_padded = text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let space = if is_padded { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A code span in a cell of a table.
pub fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A value in a Markdown sentence: plain if Markdown shows it unchanged, otherwise a code span.
pub fn value(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._,:;()/+={}-".contains(c);
    let is_plain = text.chars().all(plain) && !text.contains("://") && !text.contains("www.") && text.trim() == text;
    if is_plain { text.to_owned() } else { code(text) }
}

/// The same in a cell of a table.
pub fn cell_value(text: &str) -> String {
    value(text).replace('|', "\\|")
}

/// A path in a message, with `/` kept and invisible characters escaped.
pub fn path(path: &std::path::Path) -> String {
    visible(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        let hidden = "a\nb\r\t\u{1b}[31m\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{301}\u{200b}\u{202e}\u{2028}\u{2029}\u{2066}\u{3164}\u{fe0f}\u{feff}\u{e0001}";
        let shown = visible(hidden);
        assert!(!shown.chars().any(is_invisible), "{shown}");
        assert!(
            shown.starts_with("a\\u{a}b\\u{d}") && shown.contains("\\u{202e}") && shown.contains("[31m"),
            "{shown}"
        );
        assert_eq!(visible("größe 注文 \\ \" '"), "größe 注文 \\ \" '");
        assert_eq!(terminal("a\n\u{9b}b"), "a\n\\u{9b}b");
    }

    #[test]
    fn a_code_span_ends_where_its_text_ends() {
        assert_eq!(code("orderId"), "`orderId`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\n/// evil"), "`a\\u{a}/// evil`");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_value_with_markdown_characters_is_a_code_span() {
        for plain in ["list of Order, required", "/orders/{orderId}", "integer (int64)", "0.5"] {
            assert_eq!(value(plain), plain);
        }
        for odd in ["<img src=x>", "[a](b)", "*a*", "@someone", "https://example.com", "a|b", "::warning::<b>", " a"] {
            assert!(value(odd).starts_with('`'), "{odd}");
        }
        assert_eq!(cell_value("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_toml_string_is_read_back_unchanged() {
        for text in ["Amazon's", "a\"b\\c", "a\nb\u{1}", "'''", "\"\"\""] {
            let read: toml::Table = toml::from_str(&format!("key = {}", toml_string(text))).unwrap();
            assert_eq!(read["key"].as_str(), Some(text));
        }
        assert_eq!(toml_string("Amazon's"), "\"Amazon's\"");
    }
}

//! Removes secrets from texts that servers send.
//!
//! A server may repeat in an error what it received. Errors and logs must not show that, so the code that makes an error
//! from an answer masks the secrets of the request, whole or in part and however they are written: [`forms`] has the
//! spellings that are searched for, [`layer`] what is decoded before the search.

mod forms;
mod layer;

use forms::Forms;
use http::{HeaderMap, HeaderValue};
use layer::Layer;
use std::ops::Range;

/// Replaces a secret.
const MASKED: &str = "[hidden]";
/// How many times a text may have been encoded.
const LAYERS: usize = 3;

/// Secrets that must not be shown. It holds hashes of them.
pub(crate) struct Mask(Vec<Forms>);

impl Mask {
    /// Masks these secrets, except those too short to be distinguished from words.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let is_word = |text: &str| text.len() < 8 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        Self(Forms::of(secrets.into_iter().filter(|secret| !is_word(secret))))
    }

    /// Masks the secrets in a text.
    pub(crate) fn text(&self, text: &mut String) {
        let mut hits = self.find(text);
        if hits.is_empty() {
            return;
        }
        hits.sort_by_key(|hit| hit.start);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for (index, hit) in hits.into_iter().enumerate() {
            if index == 0 || hit.start > end {
                out.push_str(&text[end..hit.start]);
                out.push_str(MASKED);
            }
            end = end.max(hit.end);
        }
        out.push_str(&text[end..]);
        *text = out;
    }

    /// Masks the secrets in the values of headers.
    pub(crate) fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            if !self.find(&text).is_empty() {
                let mut text = text.into_owned();
                self.text(&mut text);
                *value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(MASKED));
            }
        }
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        // Most texts are too short to hold a secret.
        if self.0.iter().all(|forms| text.len() < forms.size) {
            return Vec::new();
        }
        let mut hits = Vec::new();
        let mut layer = Layer::of(text);
        for _ in 0..LAYERS {
            let folded = layer.folded();
            self.0.iter().for_each(|forms| forms.find(&folded, text, &mut hits));
            match layer.decoded() {
                Some(decoded) => layer = decoded,
                None => break,
            }
        }
        // A match covers whole characters.
        for hit in &mut hits {
            while !text.is_char_boundary(hit.start) {
                hit.start -= 1;
            }
            while !text.is_char_boundary(hit.end) {
                hit.end += 1;
            }
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Atzr|a/b\"c d+e=";

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        Mask::new([SECRET]).text(&mut text);
        text
    }

    #[test]
    fn a_secret_is_masked_in_each_form_that_a_server_may_repeat_it_in() {
        let escaped = r#"Atzr|a\/b\"c d+e="#;
        for copy in [
            SECRET,
            "Atzr%7Ca%2Fb%22c%20d%2Be%3D",
            "Atzr%7ca%2fb%22c+d%2be%3d",
            "Atzr|a/b%22c+d%2Be=",
            "Atzr%257Ca%252Fb%2522c%2520d%252Be%253D",
            escaped,
            r#"Atzr\u007ca\u002fb\u0022c d\u002Be\u003d"#,
            r#"Atzr|a\\\/b\\\"c d+e="#,
            "Atzr|a/b&quot;c d+e=",
            "Atzr&#124;a&#x2f;b&#34;c d+e&#x3D;",
            "Atzr%7Ca%2Fb%22c%20d%2Be=",
        ] {
            assert_eq!(masked(copy), MASKED, "{copy}");
            assert_eq!(masked(&format!("é {copy}é {copy}.")), format!("é {MASKED}é {MASKED}."), "{copy}");
        }
    }

    #[test]
    fn the_beginning_of_a_long_secret_is_masked_too() {
        let secret = "Atza|0123456789abcdefghijklmnopqrstuvwxyz";
        let mut text = format!("the token {}... and {} are bad", &secret[..20], &secret[..10]);
        Mask::new([secret]).text(&mut text);
        assert_eq!(text, format!("the token {MASKED}... and Atza|01234 are bad"));
    }

    const LONG: &str = "Atza|IwEBIK2/Rq7+dPx_9Zc-Vb3mT5yUe8Lw1Sg4Hj6Nk0Qo==";

    fn masked_long(text: &str) -> String {
        let mut text = text.to_owned();
        Mask::new([LONG]).text(&mut text);
        text
    }

    #[test]
    fn a_part_of_a_secret_in_another_form_is_masked() {
        use base64::Engine;
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

        let hex: String = LONG.bytes().map(|byte| format!("{byte:02x}")).collect();
        let pairs =
            |separator: &str| LONG.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator);
        let every = |between: &str| LONG.chars().map(String::from).collect::<Vec<_>>().join(between);
        let mut copies = vec![
            LONG.to_owned(),
            LONG.to_uppercase(),
            LONG.to_lowercase(),
            LONG[5..].to_owned(),
            LONG[..16].to_owned(),
            LONG[LONG.len() - 20..].to_owned(),
            LONG[17..40].to_owned(),
            every("\u{200b}"),
            every("\u{feff}"),
            every("\u{fffd}"),
            every("\0"),
            every("\r\n"),
            every("\\n"),
            every("&#8203;"),
            every("&shy;"),
            every("\\u200b"),
            format!("{}\n  {}", &LONG[..20], &LONG[20..]),
            LONG.replace('|', "&vert;"),
            LONG.replace('|', "&verbar;"),
            LONG.replace('|', "&#124;"),
            LONG.replace('|', "&#X7C;"),
            LONG.replace('|', "\\u007c"),
            LONG.replace('|', "%257c").replace('/', "&sol;"),
            hex.to_uppercase(),
            pairs(":"),
            pairs("\\x"),
            pairs("%"),
            hex,
        ];
        for before in ["", "i", "id"] {
            for after in ["", ":", "\"}"] {
                let text = format!("{before}{LONG}{after}");
                copies
                    .extend([STANDARD, URL_SAFE, STANDARD_NO_PAD, URL_SAFE_NO_PAD].map(|base64| base64.encode(&text)));
                copies.push(STANDARD.encode(&text).replace('=', "%3D").replace('+', "%2B"));
            }
            copies.push(STANDARD.encode(format!("{before}{}", &LONG[9..25])));
        }
        for copy in copies {
            let text = masked_long(&format!("it was <{copy}> once"));
            let shown = text.strip_prefix("it was <").and_then(|text| text.strip_suffix("> once")).unwrap();
            // What separates the characters may be left, but no five characters of it.
            let is_left = copy.as_bytes().windows(5).any(|part| {
                part.iter().all(u8::is_ascii_alphanumeric) && shown.contains(std::str::from_utf8(part).unwrap())
            });
            assert!(shown.contains(MASKED) && !is_left && shown.len() < 24, "{copy}: {shown}");
        }
    }

    #[test]
    fn any_sixteen_characters_of_a_secret_are_masked() {
        let secret = "amzn1.oa2-cs.v1.s/3+c r\"3t-x+y:z-0123 4";
        let mask = Mask::new([secret]);
        for start in 0..=secret.len() - 16 {
            let mut text = format!("<{}>", &secret[start..start + 16]);
            mask.text(&mut text);
            assert!(text.contains(MASKED) && text.len() <= MASKED.len() + 4, "{start}: {text}");
        }
    }

    #[test]
    fn ordinary_texts_are_not_masked() {
        for text in [
            "Order 503-1234567-7654321 of B0ABCDEFGH in ATVPDKIKX0DER was not found",
            "request 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "Atza|IwEBIK2",
            "c2VhcmNoT3JkZXJzIGhhcyBubyBwYWdlcw==",
            "&vert; %7C \\u007c | &unknown; &#x; & % \\",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(masked_long(text), text);
        }
    }

    #[test]
    fn each_secret_of_several_is_masked_and_neighbours_are_one() {
        let secrets = ["amzn1.oa2-cs.v1.0123456789abcdef", LONG];
        let mut text = format!("{}{} {}", secrets[0], secrets[1], &secrets[0][6..30]);
        Mask::new(secrets).text(&mut text);
        assert_eq!(text, format!("{MASKED} {MASKED}"));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "Atzr", "100% of a\\b & c; %zz \\u12 &#; é\u{1f600}", "Atzr|a/b"] {
            assert_eq!(masked(text), text);
        }
        // A word is not a secret, and neither is nothing.
        let mut text = "the secret token".to_owned();
        Mask::new(["", "the", "secret", "token"]).text(&mut text);
        assert_eq!(text, "the secret token");
    }

    #[test]
    fn headers_are_masked_and_the_others_stay_to_the_byte() {
        let mut headers = HeaderMap::new();
        headers.insert("x-one", HeaderValue::from_static("id Atza|12345 x"));
        headers.insert("x-two", HeaderValue::from_bytes(b"caf\xe9").unwrap());
        Mask::new(["Atza|12345"]).headers(&mut headers);
        assert_eq!(headers["x-one"], "id [hidden] x");
        assert_eq!(headers["x-two"].as_bytes(), b"caf\xe9");
    }
}

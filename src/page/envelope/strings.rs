//! The common envelope, an object of nothing but strings, taken apart at its quotes: a reader of any JSON has to ask more of
//! each byte.
//!
//! Whatever is not as plain as that, a wrong one too, is left to `serde_json`: a test holds the two to say the same.

use std::borrow::Cow;

use memchr::{memchr, memchr2_iter};

/// The names and values of an object in their order; `None` where it is not that plain.
pub(super) fn object(text: &str) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let mut pairs = Vec::new();
    let mut rest = skip_space(text).strip_prefix('{')?;
    loop {
        let (name, behind) = string(skip_space(rest))?;
        let behind = skip_space(behind).strip_prefix(':')?;
        let (value, behind) = string(skip_space(behind))?;
        pairs.push((name, value));
        let behind = skip_space(behind);
        let Some(next) = behind.strip_prefix(',') else {
            let end = behind.strip_prefix('}')?;
            return skip_space(end).is_empty().then_some(pairs);
        };
        rest = next;
    }
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// The string that a text begins with, and what stands behind it.
fn string(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = text.strip_prefix('"')?;
    let (written, behind) = inside.split_at_checked(end(inside.as_bytes())?)?;
    // None of them may stand in a string. Asked without leaving early, it is a few instructions for many bytes.
    if written.bytes().fold(false, |any, byte| any | (byte < b' ')) {
        return None;
    }
    Some((unescaped(written)?, behind.strip_prefix('"')?))
}

/// Where the quote stands that ends a string.
fn end(inside: &[u8]) -> Option<usize> {
    let mut escaped = None;
    memchr2_iter(b'"', b'\\', inside).find(|at| {
        let is_escaped = escaped == Some(*at);
        let is_quote = inside.get(*at) == Some(&b'"');
        escaped = (!is_quote && !is_escaped).then_some(*at + 1);
        is_quote && !is_escaped
    })
}

/// What a string says; `None` where it has a character by its number.
fn unescaped(written: &str) -> Option<Cow<'_, str>> {
    let Some(mut at) = memchr(b'\\', written.as_bytes()) else {
        return Some(Cow::Borrowed(written));
    };
    let (mut said, mut rest) = (String::with_capacity(written.len()), written);
    loop {
        let (before, escape) = rest.split_at_checked(at)?;
        said.push_str(before);
        said.push(match escape.as_bytes().get(1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            sign @ (b'"' | b'\\' | b'/') => char::from(*sign),
            _ => return None,
        });
        rest = escape.get(2..)?;
        let Some(next) = memchr(b'\\', rest.as_bytes()) else {
            said.push_str(rest);
            return Some(Cow::Owned(said));
        };
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    /// The same by `serde_json`, of a text that is read here.
    fn is_as_serde_reads_it(text: &str) -> bool {
        let Some(pairs) = object(text) else { return true };
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.as_ref().into()));
        serde_json::from_str::<Map<String, Value>>(text).ok() == Some(pairs.collect())
    }

    #[test]
    fn an_object_of_strings_is_read_and_nothing_else() {
        let read = |text| object(text).map(|pairs| pairs.len());
        assert_eq!(read(r#" {"text":"a\nb \"c\" \\", "url" : "x\/y"} "#), Some(2));
        assert_eq!(read("{\"a\":\"\\\\\",\"b\":\"\\\"\"}"), Some(2));
        for other in [
            "",
            "{}",
            "[]",
            r#""text""#,
            r#"{"a":1}"#,
            r#"{"a":null}"#,
            r#"{"a":{"b":"c"}}"#,
            r#"{"a":"b",}"#,
            r#"{"a":"b"} c"#,
            r#"{"a":"b"#,
            r#"{"a":"b\"}"#,
            r#"{"a":"\u0627"}"#,
            r#"{"a":"\x"}"#,
            "{\"a\":\"b\nc\"}",
            "{\"a\":\"b\u{1}c\"}",
            r#"{"a" "b"}"#,
            r#"{a:"b"}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_read_as_serde_reads_it(
            text in r#"\{("[ab"\\/ntu\n\u{7f}ا]{0,6}"[ \t\n:,]{0,2}){0,4}\}"#,
            pairs in proptest::collection::vec(("\\PC{0,4}|[ab]", "(\\PC|[\"\\\\\n\t\r\u{8}\u{c}/]){0,8}"), 1..4),
        ) {
            proptest::prop_assert!(is_as_serde_reads_it(&text), "{text:?}");
            let pairs: Map<String, Value> =
                pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
            let written = serde_json::to_string_pretty(&pairs).unwrap();
            proptest::prop_assert!(object(&written).is_some() || written.contains("\\u"), "{written}");
            proptest::prop_assert!(is_as_serde_reads_it(&written), "{written}");
        }
    }
}

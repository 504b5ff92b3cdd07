use super::*;

fn envelope(value: &[u8]) -> Result<Envelope<'_>, Reason> {
    decode(value, None, &EnvelopeFields::default(), &Limits::default())
        .map_err(|reject| reject.reason)
}

#[test]
fn plain_text_is_borrowed_behind_its_byte_order_mark() {
    let envelope = envelope("\u{feff}العنوان\r\nالنص".as_bytes()).unwrap();
    assert!(matches!(envelope.text, Cow::Borrowed("العنوان\r\nالنص")));
}

#[test]
fn a_flat_object_is_borrowed_and_what_no_field_claims_is_kept() {
    let value = r#" {"id":7,"url":"https://a.example/1","fetched_at":"2025-07-01T00:00:00Z","language":"ar",
        "source":"feed","text":"نص","score":1.5,"nested":{"a":[1,null]}}"#;
    let envelope = envelope(value.as_bytes()).unwrap();
    assert!(matches!(envelope.text, Cow::Borrowed("نص")));
    assert_eq!(envelope.id.as_deref(), Some("7"));
    assert_eq!(envelope.url.as_deref(), Some("https://a.example/1"));
    assert_eq!(envelope.fetched_at_ms, Some(1_751_328_000_000));
    assert_eq!(envelope.language.as_deref(), Some("ar"));
    assert_eq!(envelope.source.as_deref(), Some("feed"));
    assert_eq!(
        Value::Object(envelope.extra),
        serde_json::json!({"score":1.5,"nested":{"a":[1,null]}})
    );
}

#[test]
fn escaped_json_reads_as_the_plain_one_does() {
    let envelope = envelope(br#"{"text":"\u0646\u0635\n\ud83d\ude00\u0000x"}"#).unwrap();
    assert_eq!(envelope.text, "نص\n😀\0x");
}

#[test]
fn fields_are_found_where_their_pointers_say() {
    let fields = EnvelopeFields::new(&FieldPointers {
        text: Some("/doc/raw~1text"),
        url: Some("/meta/urls/0"),
        fetched_at: Some("/date"),
        ..FieldPointers::default()
    })
    .unwrap();
    let value = br#"{"doc":{"raw/text":"t","n":1},"meta":{"urls":["u","v"]},"date":"soon","text":"not this"}"#;
    let envelope = decode(value, None, &fields, &Limits::default()).unwrap();
    assert_eq!((envelope.text.as_ref(), envelope.url.as_deref()), ("t", Some("u")));
    assert_eq!((envelope.fetched_at.as_deref(), envelope.fetched_at_ms), (Some("soon"), None));
    let left = serde_json::json!({"doc":{"n":1},"meta":{"urls":[null,"v"]},"text":"not this"});
    assert_eq!(Value::Object(envelope.extra), left);
}

#[test]
fn every_bad_pointer_is_told_at_once() {
    let errors = EnvelopeFields::new(&FieldPointers {
        text: Some("text"),
        id: Some("/a~2"),
        ..FieldPointers::default()
    })
    .unwrap_err();
    assert_eq!(errors.iter().map(|e| e.field).collect::<Vec<_>>(), ["text", "id"]);
}

#[test]
fn a_field_of_the_wrong_type_stays_in_extra() {
    let envelope = envelope(br#"{"text":"t","url":["u"],"language":null}"#).unwrap();
    assert_eq!(envelope.url, None);
    assert_eq!(Value::Object(envelope.extra), serde_json::json!({"url":["u"]}));
}

#[test]
fn bad_input_has_the_reason_of_the_closed_list() {
    let deep = format!("{{\"text\":\"t\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (value, reason) in [
        (b"\xff\xfe".as_slice(), Reason::NotUtf8),
        (b"", Reason::TextMissing),
        (b" \n\0\x01", Reason::TextMissing),
        (b"{}", Reason::TextMissing),
        (br#"{"text":null}"#, Reason::TextMissing),
        (br#"{"text":5}"#, Reason::TextMissing),
        (br#"{"text":" \u0000\n"}"#, Reason::TextMissing),
        (b"{\"text\":", Reason::JsonSyntax),
        (br#"{"text":"t"} x"#, Reason::JsonSyntax),
        (br#"{"text":"\ud83d alone"}"#, Reason::JsonSyntax),
        (br#"{"text":"t","n":1e999}"#, Reason::JsonSyntax),
        (deep.as_bytes(), Reason::JsonTooDeep),
    ] {
        assert_eq!(
            envelope(value).unwrap_err(),
            reason,
            "{}",
            value.escape_ascii().take(60).collect::<Vec<_>>().len()
        );
    }
    let small = Limits { page_bytes: 3 };
    let reject = decode(b"four", None, &EnvelopeFields::default(), &small).unwrap_err();
    assert_eq!(reject.reason, Reason::PageTooLarge);
}

#[test]
fn the_content_type_decides_before_the_first_byte_does() {
    let decode = |value, header: &'static [u8]| {
        decode(value, Some(header), &EnvelopeFields::default(), &Limits::default())
    };
    assert_eq!(
        decode(b"{\"text\":\"t\"}", b"text/plain; charset=utf-8").unwrap().text,
        "{\"text\":\"t\"}"
    );
    assert_eq!(decode(b"{\"text\":\"t\"}", b"application/octet-stream").unwrap().text, "t");
    assert_eq!(decode(b"[1]", b"application/json").unwrap_err().reason, Reason::JsonSyntax);
    assert_eq!(decode(b"plain", b"application/ld+json").unwrap_err().reason, Reason::JsonSyntax);
}

#[test]
fn a_message_never_quotes_the_page() {
    let reject = decode(
        b"[\"secret words\"]",
        Some(b"application/json"),
        &EnvelopeFields::default(),
        &Limits::default(),
    )
    .unwrap_err();
    assert!(!reject.message.contains("secret"), "{}", reject.message);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(value in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        drop(envelope(&value));
    }

    #[test]
    fn json_with_any_text_gives_that_text(text in "\\PC{1,80}", key in "[a-z]{1,8}") {
        proptest::prop_assume!(!text.chars().all(char::is_whitespace) && key != "text");
        let value = serde_json::json!({"text": text, key: "v"}).to_string();
        let envelope = envelope(value.as_bytes()).unwrap();
        proptest::prop_assert_eq!(envelope.text, text);
    }
}

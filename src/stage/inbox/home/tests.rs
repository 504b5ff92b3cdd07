//! Golden bytes of messages to `home`.

use proptest::prelude::*;

use super::*;
use crate::stage::lead::{Age, Lead};
use crate::stage::message::VERSION;
use crate::story::{Likeness, Sketch};

fn related() -> Observe<'static> {
    Observe {
        story_id: StoryId([0x11; 16]),
        timestamp: 1_695_168_000_123,
        origin: Origin {
            topic: "articles.raw".into(),
            partition: 3,
            offset: 300,
            timestamp: Some(1_695_168_000_500),
        },
        article_id: ArticleId([0x22; 16]),
        place: Place::Related(
            2,
            Some(Box::new(Text {
                url: Some("https://a.example/1"),
                headline: Some("خبر"),
                language: "ar",
                words: 300,
                body: vec!["واحد", "two"],
                published_raw: None,
                source: Some("S"),
                keywords_raw: None,
                fingerprint: None,
            })),
        ),
    }
}

fn compared() -> Observe<'static> {
    let Place::Related(position, Some(mut text)) = related().place else { unreachable!() };
    text.fingerprint = Some(fingerprint());
    Observe { place: Place::Related(position, Some(text)), ..related() }
}

fn fingerprint() -> Written<'static> {
    let mut bytes: Vec<u8> =
        [1_u64, 2, 3, 4, 5, 6].into_iter().flat_map(u64::to_be_bytes).collect();
    Sketch::new(20, vec![7, 8], Vec::new()).unwrap().encode(&mut bytes);
    Written::take(&bytes).unwrap().0.into_owned()
}

fn lead() -> Lead {
    let age = Age { timestamp: 1_695_168_000_123, story_id: StoryId([0x22; 16]) };
    Lead { age, likeness: Likeness::Near, score: 87 }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_bytes_of_version_1_stand_for_ever() {
    let own = Observe { place: Place::Own, ..related() };
    let head = [
        "01", // version
        "00", // observe
        "11111111111111111111111111111111",
        "f6c197fed562",               // page time, zigzag varint
        "0c61727469636c65732e726177", // articles.raw
        "06d804",                     // partition 3, offset 300
        "01e8c797fed562",             // the record's timestamp
        "22222222222222222222222222222222",
    ]
    .concat();
    assert_eq!(hex(&own.encode()), head.clone() + "00");
    let brought_before = Observe { place: Place::Related(2, None), ..related() };
    assert_eq!(hex(&brought_before.encode()), head.clone() + "0102");
    let text = [
        "011368747470733a2f2f612e6578616d706c652f31", // URL
        "0106d8aed8a8d8b1",                           // headline
        "026172",                                     // language
        "ac02",                                       // words
        "0208d988d8a7d8add8af0374776f",               // body
        "00",
        "010153", // source
        "00",
    ]
    .concat();
    let (bytes, from) = related().encode_parts();
    assert_eq!(hex(&bytes), head.clone() + "0102" + &text);
    assert_eq!(from, Some((head.len() + 4) / 2), "the text comes last");
}

#[test]
fn a_message_reads_back_as_it_was_written() {
    for place in [related().place, compared().place, Place::Own, Place::Related(2, None)] {
        let observe = Observe { place, ..related() };
        let bytes = observe.encode();
        assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Observe(observe)));
    }
    let told = Observe { place: Place::OwnTold(fingerprint()), ..related() };
    let bytes = told.encode();
    assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Observe(told)));
    let registers = [None, Some(lead())].map(|best| Register { slot: 5, best });
    for registers in [&registers[..1], &registers[1..], &registers] {
        let verdict = Verdict { story_id: StoryId([1; 16]), registers: registers.to_vec() };
        let bytes = verdict.clone().encode();
        assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Verdict(verdict)));
    }
}

#[test]
fn the_bytes_of_a_verdict_stand_for_ever() {
    let bytes = |registers: &[Register]| {
        let verdict = Verdict { story_id: StoryId([0x11; 16]), registers: registers.to_vec() };
        hex(&verdict.encode())
    };
    let (story, leader) = ("11".repeat(16), "22".repeat(16));
    let leads = Register { slot: 4, best: Some(lead()) };
    let register = format!("0401f6c197fed562{leader}0157");
    assert_eq!(bytes(&[leads]), format!("0101{story}{register}"));
    let nobody = Register { slot: 5, best: None };
    assert_eq!(bytes(&[nobody]), format!("0101{story}0500"));
    assert_eq!(bytes(&[leads, nobody]), format!("0103{story}02{register}0500"));
}

#[test]
fn an_own_story_that_is_compared_carries_its_fingerprint_behind_the_head() {
    let own = Observe { place: Place::Own, ..related() }.encode();
    let told = Observe { place: Place::OwnTold(fingerprint()), ..related() };
    let mut expected = own;
    expected[1] = 2;
    expected.extend_from_slice(fingerprint().bytes());
    assert_eq!(told.encode(), expected);
}

#[test]
fn a_related_story_that_is_compared_carries_its_fingerprint_behind_the_text() {
    let (mut expected, from) = related().encode_parts();
    expected.extend_from_slice(fingerprint().bytes());
    assert_eq!(compared().encode_parts(), (expected, from));
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = related().encode();
    bytes[0] = 9;
    let error = Message::decode(Some(&bytes)).unwrap_err();
    assert_eq!(error, MessageError::Version(9));
    assert_eq!(error.to_string(), "it has version 9; this binary reads 1");
}

#[test]
fn nothing_may_stand_after_a_message_nor_in_its_place() {
    for (observe, error) in
        [(related(), MessageError::NoSketch), (compared(), MessageError::Trailing(1))]
    {
        let mut bytes = observe.encode();
        bytes.push(0);
        assert_eq!(Message::decode(Some(&bytes)), Err(error));
    }
    assert_eq!(Message::decode(Some(&[])), Err(MessageError::Empty));
    assert_eq!(Message::decode(None), Err(MessageError::Empty));
}

proptest! {
    #[test]
    fn garbage_is_an_error_and_never_a_panic(
        mut bytes in prop::collection::vec(any::<u8>(), 0..80),
        cut in 0..120_usize,
    ) {
        bytes.insert(0, VERSION);
        drop(Message::decode(Some(&bytes)));
        let (whole, text) = related().encode_parts();
        if let Some((head, _)) = whole.split_at_checked(cut) && cut < whole.len() {
            prop_assert_eq!(Message::decode(Some(head)).is_ok(), Some(cut) == text);
        }
    }
}

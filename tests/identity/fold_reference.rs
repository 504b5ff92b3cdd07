//! Folding against a slow reading of research/near-duplicates b2, rule by rule, over the Unicode crates.

use newsmill::story::Folder;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::fold_table::unicode_is_as_recorded;

const DELETED: [char; 7] =
    ['\u{640}', '\u{621}', '\u{AD}', '\u{34F}', '\u{61C}', '\u{180E}', '\u{FEFF}'];
const DELETED_RANGES: [(char, char); 4] = [
    ('\u{200B}', '\u{200F}'),
    ('\u{202A}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{FE70}', '\u{FE7F}'),
];

/// The tokens of a text by the rules as they are written, in their order.
fn reference(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().flat_map(rules_1_to_5).collect();
    rule_7(&rule_6(&thousands(&characters)))
}

fn rules_1_to_5(c: char) -> Vec<char> {
    if c as u32 > 0xFFFF {
        return vec![if class(c).is_some() { c } else { ' ' }];
    }
    let mapped = rule_3(c);
    let decomposed = if rule_1(c) { String::new() } else { mapped.to_string().nfkd().collect() };
    let kept = decomposed.chars().filter(|c| !is_mark(*c) && !rule_1(*c)).map(rule_3);
    kept.flat_map(|c| decimal(c).unwrap_or(c).to_lowercase()).filter(|c| !is_mark(*c)).collect()
}

fn rule_1(c: char) -> bool {
    DELETED.contains(&c) || DELETED_RANGES.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

fn is_mark(c: char) -> bool {
    [GeneralCategory::NonspacingMark, GeneralCategory::EnclosingMark]
        .contains(&c.general_category())
}

fn rule_3(c: char) -> char {
    let to = |targets: &[u32], to: char| targets.contains(&(c as u32)).then_some(to);
    to(&[0x671, 0x672, 0x673, 0x675], 'ا')
        .or_else(|| to(&[0x649, 0x6CC, 0x6D2], 'ي'))
        .or_else(|| to(&[0x629, 0x6C0, 0x6C1, 0x6BE, 0x6D5], 'ه'))
        .or_else(|| to(&[0x6A9, 0x6AA], 'ك'))
        .unwrap_or(c)
}

/// Rule 4: every ten decimal digits of the BMP begin where the ten before end, or after something else.
fn decimal(c: char) -> Option<char> {
    let is_decimal = |c: &char| c.general_category() == GeneralCategory::DecimalNumber;
    let first = ('\0'..=c).rev().take_while(is_decimal).last()?;
    char::from_digit((c as u32 - first as u32) % 10, 10)
}

/// Rule 4, `(?<=\d)[,،٬](?=\d{3}(?!\d))` removed.
fn thousands(characters: &[char]) -> Vec<char> {
    let is_digit =
        |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(char::is_ascii_digit);
    let is_removed = |at: usize| {
        is_digit(at.checked_sub(1))
            && (1..=3).all(|ahead| is_digit(Some(at + ahead)))
            && !is_digit(Some(at + 4))
    };
    let keeps = |(at, c): &(usize, &char)| !(matches!(c, ',' | '،' | '٬') && is_removed(*at));
    characters.iter().enumerate().filter(keeps).map(|(_, c)| *c).collect()
}

fn class(c: char) -> Option<GeneralCategoryGroup> {
    let group = c.general_category_group();
    [GeneralCategoryGroup::Letter, GeneralCategoryGroup::Number].contains(&group).then_some(group)
}

fn rule_6(characters: &[char]) -> Vec<String> {
    let runs = characters.chunk_by(|a, b| class(*a) == class(*b));
    runs.filter(|run| run.first().is_some_and(|c| class(*c).is_some()))
        .map(|run| run.iter().collect())
        .collect()
}

fn rule_7(tokens: &[String]) -> Vec<String> {
    let is_word =
        |token: &String| token.chars().all(|c| class(c) == Some(GeneralCategoryGroup::Letter));
    let is_one_letter = |token: &String| is_word(token) && token.chars().count() == 1;
    let mut joined: Vec<String> = Vec::new();
    let mut glue = false;
    for (at, token) in tokens.iter().enumerate() {
        match joined.last_mut() {
            Some(last) if glue => last.push_str(token),
            _ => joined.push(token.clone()),
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        glue = ["و", "ف", "ب", "ل", "ك"].contains(&token.as_str())
            && tokens.get(at + 1).is_some_and(|next| is_word(next) && !is_one_letter(next))
            && !before.is_some_and(is_one_letter);
    }
    joined
}

fn assert_like_reference(paragraphs: &[String]) {
    let mut folder = Folder::new();
    let folded = folder.fold(paragraphs);
    let expected = reference(&paragraphs.join("\n"));
    assert_eq!(folded.as_str(), expected.join(" "), "of {paragraphs:?}");
    assert_eq!(folded.words() as usize, expected.len(), "words of {paragraphs:?}");
    assert_eq!(folded.tokens().count(), expected.len());
    assert_eq!(folded.story_id().is_none(), expected.is_empty());
}

/// Texts in which every rule has something to do: letters of the scripts, marks, digits, commas, single proclitics.
fn news_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[\u{600}-\u{6FF}]{1,6}",
        4 => "[ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئـ]{1,8}",
        4 => "[وفبلكأشد]",
        2 => "[چپگژکیےہۃھەڑٹڈں\u{200C}\u{200D}]{1,6}",
        3 => "[a-zA-ZÀ-ÿĀ-žƀ-ɏ]{1,8}",
        3 => "[0-9٠-٩۰-۹]{1,4}",
        2 => "[0-9٠-٩]{1,3}[,،٬，][0-9٠-٩]{3}",
        2 => "[,،٬.،:؛؟!«»()]",
        1 => "[\u{300}-\u{36F}\u{64B}-\u{65F}\u{670}]{1,3}",
        1 => "[〇²½⅓ⅧⅨ①\u{1D7CE}-\u{1D7FF}]",
        1 => "[\u{FB50}-\u{FDFF}\u{FE70}-\u{FEFF}]{1,4}",
        1 => "[가-힣ᄀ-ᇿ一-龥ぁ-ヿ\u{1F300}-\u{1F5FF}\u{10330}-\u{1034A}]{1,3}",
        1 => "[\u{AD}\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}\u{FEFF}]",
    ];
    let glue =
        prop_oneof![3 => Just(" "), 2 => Just(""), 1 => Just("\u{A0}"), 1 => Just("\u{640}")];
    prop::collection::vec((piece, glue), 0..24)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, glue)| piece + glue).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn news_like_text_folds_as_the_rules_say(paragraphs in prop::collection::vec(news_like(), 0..4)) {
        if unicode_is_as_recorded() {
            assert_like_reference(&paragraphs);
        }
    }

    #[test]
    fn any_text_folds_as_the_rules_say(paragraphs in prop::collection::vec(any::<String>(), 0..4)) {
        if unicode_is_as_recorded() {
            assert_like_reference(&paragraphs);
        }
    }

    #[test]
    fn a_folded_text_folds_to_itself(text in news_like()) {
        let mut folder = Folder::new();
        let once = folder.fold([&text]).as_str().to_owned();
        let twice = folder.fold([&once]).as_str().to_owned();
        prop_assert_eq!(&once, &twice);
    }

    #[test]
    fn a_folder_forgets_the_story_before(first in news_like(), second in news_like()) {
        let mut used = Folder::new();
        used.fold([&first]);
        let mut fresh = Folder::new();
        prop_assert_eq!(used.fold([&second]).as_str(), fresh.fold([&second]).as_str());
    }

    #[test]
    fn a_story_keeps_its_id_where_its_lines_are_broken_elsewhere(paragraphs in prop::collection::vec(news_like(), 0..4)) {
        let mut folder = Folder::new();
        let broken = folder.fold(&paragraphs).story_id();
        let whole = folder.fold([paragraphs.join(" ")]).story_id();
        prop_assert_eq!(broken, whole);
    }
}

#[test]
fn every_code_point_by_itself_and_between_letters_folds_as_the_rules_say() {
    if !unicode_is_as_recorded() {
        return;
    }
    let mut folder = Folder::new();
    let planes_0_and_1 = '\0'..='\u{1FFFF}';
    let beyond = ('\u{20000}'..=char::MAX).step_by(97);
    for c in planes_0_and_1.chain(beyond) {
        let text = format!("ab{c}cd 1,{c}000 {c} و {c}ab");
        let folded = folder.fold([&text]).as_str().to_owned();
        assert_eq!(folded, reference(&text).join(" "), "U+{:04X}", c as u32);
    }
}

//! Writes the fold table of `fp_version` 1: `cargo run --example fold_table > src/story/fold-v1.tsv`.
//!
//! The table is frozen: story ids follow from it. A newer Unicode belongs into a table of a new `fp_version`.

use std::io::Write as _;

use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// What becomes of one code point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nothing is left of it.
    Delete,
    /// It parts tokens.
    Space,
    /// It parts tokens, but between the thousands of a number.
    Comma,
    /// A letter that stays as it is.
    Letter,
    /// A number that stays as it is.
    Number,
    /// A Hangul syllable: its two or three jamo.
    Hangul,
    /// Other code points, each of which stays as it is.
    To(Vec<char>),
}

const HANGUL: std::ops::RangeInclusive<char> = '\u{AC00}'..='\u{D7A3}';

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(table().as_bytes())
}

/// The Unicode versions that the table follows from, as its second line says them.
pub fn versions() -> String {
    let dotted = |(a, b, c): (u64, u64, u64)| format!("{a}.{b}.{c}");
    let narrow = |(a, b, c): (u8, u8, u8)| (u64::from(a), u64::from(b), u64::from(c));
    format!(
        "# Unicode: normalization {}, properties {}, lower case {}",
        dotted(narrow(unicode_normalization::UNICODE_VERSION)),
        dotted(unicode_properties::UNICODE_VERSION),
        dotted(narrow(char::UNICODE_VERSION)),
    )
}

/// The whole table as it stands in the file.
pub fn table() -> String {
    let mut text = String::from(
        "# fp_version 1: code points, their fate, what they become. Not listed: a space.\n",
    );
    text.push_str(&versions());
    text.push('\n');
    let fates: Vec<(char, Fate)> =
        ('\0'..=char::MAX).map(|c| (c, fate(c))).filter(|(_, fate)| *fate != Fate::Space).collect();
    for run in fates.chunk_by(continues) {
        let ([(first, fate), ..], [.., (last, _)]) = (run, run) else { continue };
        write_line(&mut text, *first, *last, fate);
    }
    text
}

/// Rules 1 to 6 for one code point: research/near-duplicates b2.
pub fn fate(c: char) -> Fate {
    if c > '\u{FFFF}' {
        return if is_letter(c) {
            Fate::Letter
        } else if is_number(c) {
            Fate::Number
        } else {
            Fate::Space
        };
    }
    if HANGUL.contains(&c) {
        return Fate::Hangul;
    }
    let folded = fold(c);
    match folded.as_slice() {
        [] => Fate::Delete,
        [' '] => Fate::Space,
        [','] => Fate::Comma,
        [same] if *same == c && is_number(c) => Fate::Number,
        [same] if *same == c => Fate::Letter,
        _ => Fate::To(folded),
    }
}

/// What a code point of the BMP becomes; whatever is no letter or number is a space or a comma.
fn fold(c: char) -> Vec<char> {
    if is_deleted(c) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    decompose_compatible(same_letter(c), |part| parts.push(part));
    parts.retain(|part| !is_deleted(*part) && !is_mark(*part));
    let lower = parts.into_iter().map(same_letter).flat_map(char::to_lowercase);
    lower.filter(|part| !is_mark(*part)).map(settle).collect()
}

/// Rule 1. Also after the decomposition: U+FE80 is the lone hamza in its presentation form.
fn is_deleted(c: char) -> bool {
    matches!(c,
        '\u{0640}' | '\u{0621}' | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE70}'..='\u{FE7F}')
}

/// Rule 2, its second half.
fn is_mark(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Rule 3. Before the decomposition too: U+0675 would become two letters.
fn same_letter(c: char) -> char {
    match c {
        '\u{0671}' | '\u{0672}' | '\u{0673}' | '\u{0675}' => '\u{0627}',
        '\u{0649}' | '\u{06CC}' | '\u{06D2}' => '\u{064A}',
        '\u{0629}' | '\u{06C0}' | '\u{06C1}' | '\u{06BE}' | '\u{06D5}' => '\u{0647}',
        '\u{06A9}' | '\u{06AA}' => '\u{0643}',
        other => other,
    }
}

/// Rules 4 and 6: a digit by its value, a letter or number as it is, the rest a border.
fn settle(c: char) -> char {
    match c {
        c if is_letter(c) => c,
        c if is_number(c) => digit(c).unwrap_or(c),
        ',' | '،' | '٬' => ',',
        _ => ' ',
    }
}

/// The value of a decimal digit: Unicode keeps each ten of them in one run that begins with nought.
fn digit(c: char) -> Option<char> {
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    let before = (1..).map_while(|back| char::from_u32(u32::from(c).checked_sub(back)?));
    let value = before.take_while(|c| is_digit(*c)).count() % 10;
    is_digit(c).then(|| char::from_digit(u32::try_from(value).ok()?, 10)).flatten()
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Letter
}

fn is_number(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Number
}

/// Whether the second of two listed code points can stand on the line of the first.
fn continues((a, fate_a): &(char, Fate), (b, fate_b): &(char, Fate)) -> bool {
    let follows = |a: char, b: char| u32::from(a) + 1 == u32::from(b);
    let same = match (fate_a, fate_b) {
        (Fate::To(a), Fate::To(b)) => {
            matches!((a.as_slice(), b.as_slice()), ([a], [b]) if follows(*a, *b))
        }
        (a, b) => a == b,
    };
    follows(*a, *b) && same
}

fn write_line(text: &mut String, first: char, last: char, fate: &Fate) {
    let hex = |c: char| format!("{:04X}", u32::from(c));
    let word = match fate {
        Fate::Delete => "delete",
        Fate::Space => "space",
        Fate::Comma => "comma",
        Fate::Letter => "letter",
        Fate::Number => "number",
        Fate::Hangul => "hangul",
        Fate::To(_) => "to",
    };
    let mut line = hex(first);
    if first != last {
        line = format!("{line}..{}", hex(last));
    }
    line = format!("{line}\t{word}");
    if let Fate::To(parts) = fate {
        let parts: Vec<String> = parts.iter().map(|part| hex(*part)).collect();
        line = format!("{line}\t{}", parts.join(" "));
    }
    text.push_str(&line);
    text.push('\n');
}

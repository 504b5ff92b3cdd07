//! The match form of a page: what markers, labels and phrases are compared in.
//!
//! One spelling for what editors write in many: lower case, bare letters (no accents, harakat, nukta or tatweel, one
//! alef, one i), plain colons, dashes and spaces, European digits. It is for matching only and never reaches a record; ids have a fold of their own in
//! `story`. Its words are found on the way: they tell where a form can stand, and what a text speaks of.

use std::cell::Cell;
use std::iter::{Chain, Copied};
use std::mem::take;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::char::{decompose_canonical, decompose_compatible};

use super::shape;
use super::words::Word;
use crate::letters::LetterPairs;

/// The match form of all lines, in one string so that a form that is looked for has one place on the page.
#[derive(Debug)]
pub(super) struct Matching(Made);

/// What is made of a page.
#[derive(Debug, Default)]
struct Made {
    /// The lines, each ended by a line feed.
    text: String,
    /// Where each line begins; one more entry than there are lines.
    starts: Vec<usize>,
    /// The words of all lines.
    words: Vec<Word>,
    /// Where the text is written, with room behind it.
    bytes: Vec<u8>,
}

thread_local! {
    /// What was made of the last page of this thread, for its memory: so much of it, asked for and given back page after
    /// page, is dear.
    static SPARE: Cell<Made> = Cell::default();
}

/// Memory of a page of more bytes than this is given back.
const SPARE_BYTES: usize = 256 * 1024;

impl Drop for Matching {
    fn drop(&mut self) {
        let made = take(&mut self.0);
        if made.bytes.len() <= SPARE_BYTES {
            // Where the thread is ending there is no next page.
            SPARE.try_with(|spare| spare.set(made)).ok();
        }
    }
}

impl Matching {
    /// Folds the lines of a page and finds their words. `bytes` is about how long they are together.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l str>, bytes: usize) -> Self {
        let mut made = SPARE.take();
        let mut form = Form::of(&mut made, bytes);
        form.starts.push(0);
        for line in lines {
            form.line(line);
            form.starts.push(form.len);
        }
        let len = form.len;
        made.take_text(len);
        Self(made)
    }

    /// The whole page.
    pub(super) fn text(&self) -> &str {
        &self.0.text
    }

    /// Where line `index` begins in [`Self::text`].
    pub(super) fn start(&self, index: usize) -> usize {
        self.0.starts.get(index).copied().unwrap_or(self.0.text.len())
    }

    /// Line `index`, without its line feed.
    pub(super) fn line(&self, index: usize) -> &str {
        let (start, end) = (self.start(index), self.start(index + 1));
        self.0.text.get(start..end).map_or("", |line| line.strip_suffix('\n').unwrap_or(line))
    }

    /// What stands at a place of [`Self::text`], without what stands round it.
    pub(super) fn form(&self, place: Range<usize>) -> &str {
        self.0.text.get(place).unwrap_or_default().trim()
    }

    /// All words, in their order.
    pub(super) fn words(&self) -> &[Word] {
        &self.0.words
    }

    /// The words between two places of [`Self::text`]; of one that stands across a border, what is inside.
    pub(super) fn words_in(&self, range: Range<usize>) -> Words<'_> {
        let from = self.0.words.partition_point(|word| word.range().end <= range.start);
        let behind = self.0.words.get(from..).unwrap_or_default();
        let count = behind.partition_point(|word| word.range().start < range.end);
        let inside = |word: &Word| {
            let inside = word.range().start.max(range.start)..word.range().end.min(range.end);
            if inside == word.range() { *word } else { Word::of(self.0.text.as_bytes(), inside) }
        };
        let (first, whole, last) = match behind.get(..count) {
            Some([first, whole @ .., last]) => (Some(inside(first)), whole, Some(inside(last))),
            Some([only]) if !range.is_empty() => (Some(inside(only)), &[][..], None),
            Some(_) | None => (None, &[][..], None),
        };
        first.into_iter().chain(whole.iter().copied()).chain(last)
    }

    /// The stem of a word of this page; `None` of a word that says little.
    pub(super) fn stem(&self, word: Word) -> Option<u32> {
        word.stem(self.0.text.as_bytes())
    }

    /// The letters of a word of this page.
    pub(super) fn word(&self, word: Word) -> &str {
        self.0.text.get(word.range()).unwrap_or_default()
    }
}

impl Made {
    /// Makes the first bytes that were written the text.
    fn take_text(&mut self, len: usize) {
        let text = self.bytes.get(..len).map(simdutf8::basic::from_utf8);
        debug_assert!(matches!(text, Some(Ok(_))), "a match form that is no UTF-8");
        self.text.clear();
        self.text.push_str(text.and_then(Result::ok).unwrap_or_default());
    }
}

/// The words between two places of a match form: those at the borders, and all between them.
pub(super) type Words<'m> = Chain<
    Chain<std::option::IntoIter<Word>, Copied<std::slice::Iter<'m, Word>>>,
    std::option::IntoIter<Word>,
>;

/// A match form in the making.
struct Form<'m> {
    /// The form, and room behind it: a character is written without asking for more.
    bytes: &'m mut Vec<u8>,
    len: usize,
    starts: &'m mut Vec<usize>,
    words: &'m mut Vec<Word>,
}

impl<'m> Form<'m> {
    fn of(made: &'m mut Made, bytes: usize) -> Self {
        let Made { bytes: form, starts, words, .. } = made;
        form.resize(form.len().max(room(bytes) + 256), 0);
        starts.clear();
        words.clear();
        words.reserve(bytes / 8);
        Self { bytes: form, len: 0, starts, words }
    }

    /// Folds one line and ends it, in one pass over its bytes.
    fn line(&mut self, line: &str) {
        let tables: &Tables = &TABLES;
        let source = line.as_bytes();
        let Self { bytes, len, words, .. } = self;
        if bytes.len() < *len + room(source.len()) {
            bytes.resize(*len + room(source.len()), 0);
        }
        let (mut at, mut end) = (0, *len);
        // Where the word begins that is being written.
        let mut word: Option<usize> = None;
        loop {
            let letters = tables.pairs.fold(
                source.get(at..).unwrap_or_default(),
                bytes.get_mut(end..).unwrap_or_default(),
            );
            if letters > 0 {
                word = word.or(Some(end));
                at += letters;
                end += letters;
            }
            // A character of any kind.
            let (code, taken) = match (source.get(at), source.get(at + 1)) {
                (Some(&first @ 0..=0x7f), _) => (usize::from(first), 1),
                (Some(first @ 0xc2..=0xdf), Some(second)) => {
                    (usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f), 2)
                }
                (Some(_), _) => (SHORT, 0),
                (None, _) => break,
            };
            let mut short = tables.shorts.get(code).copied().unwrap_or(Short::LONG);
            let mut utf8 = [0; 4];
            if short.kind == Kind::Long {
                let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) else { break };
                at += c.len_utf8();
                let Some(folded) = fold(c) else { continue };
                short = Short::of(folded, &mut utf8);
                write::<4>(bytes, end, utf8);
            } else {
                at += taken;
                write::<2>(bytes, end, short.utf8);
            }
            match (word, short.kind) {
                (None, Kind::Letter) => word = Some(end),
                (Some(start), Kind::Sign) => {
                    words.push(Word::of(bytes, start..end));
                    word = None;
                }
                _ => {}
            }
            end += usize::from(short.len);
        }
        words.extend(word.map(|start| Word::of(bytes, start..end)));
        write::<1>(bytes, end, *b"\n");
        *len = end + 1;
    }
}

/// Room for the match form of so many bytes, its line feed, and one character written in full: Ⱥ, of two bytes, folds
/// to three, and nothing grows by more (a test asks every character).
fn room(bytes: usize) -> usize {
    bytes + bytes / 2 + 8
}

#[inline]
fn write<const N: usize>(bytes: &mut [u8], at: usize, utf8: [u8; N]) {
    if let Some(slot) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *slot = utf8;
    }
}

/// How many code points take one or two bytes in UTF-8.
const SHORT: usize = 0x800;

/// What is written for one character.
#[derive(Clone, Copy)]
struct Short {
    utf8: [u8; 2],
    len: u8,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Sign,
    /// It is removed, or takes more than two bytes: [`fold`] knows.
    Long,
}

impl Short {
    const LONG: Self = Self { utf8: [0; 2], len: 0, kind: Kind::Long };

    /// Of a folded character, which is written to `utf8`.
    fn of(folded: char, utf8: &mut [u8; 4]) -> Self {
        let len = folded.encode_utf8(utf8).len();
        let [first, second, ..] = *utf8;
        let kind = if shape::is_word_char(folded) { Kind::Letter } else { Kind::Sign };
        Self { utf8: [first, second], len: u8::try_from(len).unwrap_or_default(), kind }
    }
}

/// What is written for characters, spread out for look-ups.
struct Tables {
    pairs: LetterPairs,
    /// For each code point of one or two bytes.
    shorts: Box<[Short; SHORT]>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

impl Tables {
    fn new() -> Self {
        let mut shorts = Box::new([Short::LONG; SHORT]);
        for (short, c) in shorts.iter_mut().zip('\0'..) {
            let folded = fold(c).filter(|folded| folded.len_utf8() <= 2);
            *short = folded.map_or(Short::LONG, |folded| Short::of(folded, &mut [0; 4]));
        }
        let pairs = LetterPairs::new(|code| {
            let short = shorts.get(usize::from(code))?;
            (short.kind == Kind::Letter).then_some(short.utf8)
        });
        Self { pairs, shorts }
    }
}

/// The match form of a short text.
pub(super) fn folded(text: &str) -> String {
    text.chars().filter_map(fold).collect()
}

/// How many bytes the match form of a text has.
pub(super) fn folded_len(text: &str) -> usize {
    text.chars().filter_map(fold).map(char::len_utf8).sum()
}

/// The byte of `line` at which the byte `at` of its match form stands: what is removed goes with what stands before it,
/// but where that is a space (a tatweel of its own).
pub(super) fn raw_offset(line: &str, at: usize) -> usize {
    let (mut folded_bytes, mut space) = (0, false);
    for (offset, c) in line.char_indices() {
        let folded = fold(c);
        if folded_bytes >= at && (folded.is_some() || space) {
            return offset;
        }
        if let Some(folded) = folded {
            folded_bytes += folded.len_utf8();
            space = folded == ' ';
        }
    }
    line.len()
}

/// One character in its match form; `None` where it is removed.
fn fold(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7f}' => Some(c.to_ascii_lowercase()),
        '\u{600}'..='\u{6ff}' => fold_arabic(c),
        _ => fold_other(c),
    }
}

fn fold_arabic(c: char) -> Option<char> {
    match c {
        // Harakat, Quranic marks, tatweel, the letter mark.
        '\u{610}'..='\u{61c}'
        | '\u{640}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}'
        | '\u{6e8}'
        | '\u{6ea}'..='\u{6ed}' => None,
        'آ' | 'أ' | 'إ' | 'ٱ' => Some('ا'),
        'ؤ' => Some('و'),
        'ئ' | 'ى' | 'ی' | 'ے' => Some('ي'),
        'ة' | 'ۀ' | 'ہ' | 'ۂ' | 'ھ' | 'ە' => Some('ه'),
        'ک' | 'ڪ' => Some('ك'),
        '٠'..='٩' => char::from_u32(u32::from(c) - u32::from('٠') + u32::from('0')),
        '۰'..='۹' => char::from_u32(u32::from(c) - u32::from('۰') + u32::from('0')),
        c => Some(c),
    }
}

fn fold_other(c: char) -> Option<char> {
    match c {
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | NUKTA
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        '–' | '—' | '―' | '‒' | '‐' | '‑' | '−' => Some('-'),
        '：' | '꞉' | '︰' => Some(':'),
        '’' | '‘' | 'ʼ' | '`' | '´' => Some('\''),
        'ı' => Some('i'),
        'ł' | 'Ł' => Some('l'),
        'đ' | 'Đ' => Some('d'),
        'ø' | 'Ø' => Some('o'),
        // Hindi prints one nasal sign or the other.
        'ँ' => Some('ं'),
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + u32::from('0')),
        '\u{966}'..='\u{96f}' => char::from_u32(u32::from(c) - 0x966 + u32::from('0')),
        '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => presented(c),
        c if c.is_whitespace() => Some(' '),
        // The first character is enough: what follows is a mark (İ is i and a dot above).
        c => c.to_lowercase().next().map(bare),
    }
}

/// The dot below a letter of Devanagari: papers leave it out as often as not.
const NUKTA: char = '\u{93c}';

/// A letter without its accents, so that NFC, NFD and capitals without accents are one: "À LIRE", "A LIRE".
fn bare(c: char) -> char {
    let (mut letter, mut marks_only) = (None, true);
    decompose_canonical(c, |part| match letter {
        None => letter = Some(part),
        Some(_) => marks_only &= matches!(part, '\u{300}'..='\u{36f}' | NUKTA),
    });
    letter.filter(|_| marks_only).unwrap_or(c)
}

/// An Arabic letter of the presentation forms, which say how it is joined; ligatures of several letters stay.
fn presented(c: char) -> Option<char> {
    let (mut letter, mut marks_only) = (None, true);
    decompose_compatible(c, |part| match letter {
        None => letter = Some(part),
        Some(_) => marks_only &= fold(part).is_none(),
    });
    match letter.filter(|letter| marks_only && *letter != c) {
        Some(letter) => fold(letter),
        None => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_read_also_has_one_match_form() {
        for spelling in
            ["إقرأ أيضاً", "اقرأ أيضًا", "أقرأ ايضاً", "اقرا أيضا", "اقـرأ أيضاُ", "إقرأ\u{200f} أيضًا"]
        {
            assert_eq!(folded(spelling), "اقرا ايضا", "{spelling}");
        }
    }

    #[test]
    fn every_script_has_one_spelling_for_what_papers_spell_in_several() {
        for (one, other) in [
            ("İLGİLİ HABER", "ilgili haber"),
            ("KASIM ARALIK", "Kasım Aralık"),
            ("Güncelleme", "GUNCELLEME"),
            ("A LIRE AUSSI", "À lire aussi"),
            ("Citește și", "Citeşte şi"),
            ("Źródło", "zrodlo"),
            ("Nguồn: đọc thêm", "Nguo\u{302}\u{300}n: đo\u{323}c thêm"),
            ("Читайте ещё", "Читаи\u{306}те еще"),
            ("यह भी पढ़ें", "यह भी पढ\u{93c}ें"),
            ("यह भी पढ़ें", "यह भी पढें"),
            ("पाँच", "पांच"),
            ("\u{fe8d}\u{fed7}\u{feae}\u{fe83}", "اقرأ"),
            ("ＲＥＡＤ：", "ｒｅａｄ:"),
            ("한국어", "한국어"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_eq!(folded("한국어"), "한국어");
    }

    #[test]
    fn a_place_in_the_match_form_is_found_again_in_the_line() {
        let line = "نصٌّ أيضًا: عنوان";
        let form = folded(line);
        let at = form.find("عنوان").unwrap();
        assert_eq!(line.get(raw_offset(line, at)..), Some("عنوان"));
        assert_eq!(raw_offset(line, form.len()), line.len());
        assert_eq!(raw_offset(line, 0), 0);
    }

    #[test]
    fn no_character_outgrows_the_room_for_its_match_form() {
        for c in '\0'..=char::MAX {
            assert!(fold(c).map_or(0, char::len_utf8) <= c.len_utf8() + c.len_utf8() / 2, "{c:?}");
        }
    }

    /// Words by the rule: runs of word characters.
    fn plain_words(form: &str) -> Vec<&str> {
        form.split(|c| !shape::is_word_char(c)).filter(|word| !word.is_empty()).collect()
    }

    proptest::proptest! {
        #[test]
        fn lines_fold_as_their_characters_do_and_their_words_are_found(
            lines in proptest::collection::vec("([a-cA-C ا-ي\u{640}-\u{670}٠-٩\u{6c0}-\u{6ff}ȺİéҐ]|\\PC){0,40}", 0..4),
            bytes in 0_usize..200,
        ) {
            let form: String = lines.iter().map(|line| folded(line) + "\n").collect();
            let matching = Matching::of(lines.iter().map(String::as_str), bytes);
            proptest::prop_assert_eq!(matching.text(), &form);
            for (index, line) in lines.iter().enumerate() {
                proptest::prop_assert_eq!(matching.line(index), folded(line));
            }
            let words: Vec<_> = matching.words().iter().map(|word| matching.word(*word)).collect();
            proptest::prop_assert_eq!(words, plain_words(&form));
        }

        #[test]
        fn the_words_of_a_part_are_those_that_its_text_has(
            line in "([a-c ا-ي.]|\\PC){0,20}",
            from in 0_usize..20,
            to in 0_usize..20,
        ) {
            let matching = Matching::of(std::iter::once(line.as_str()), 0);
            let places: Vec<_> = matching.text().char_indices().map(|(at, _)| at).collect();
            let place = |nth: usize| places.get(nth).or(places.last()).copied().unwrap_or_default();
            let part = place(from)..place(to.max(from));
            let words = matching.words_in(part.clone());
            let words: Vec<_> = words.map(|word| matching.word(word)).collect();
            proptest::prop_assert_eq!(words, plain_words(matching.text().get(part).unwrap()));
        }

        #[test]
        fn raw_offset_is_always_a_character_boundary(line in "\\PC{0,30}", at in 0usize..90) {
            proptest::prop_assert!(line.is_char_boundary(raw_offset(&line, at)));
        }
    }
}

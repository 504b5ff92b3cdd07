//! The match form of a page: what markers, labels and phrases are compared in.
//!
//! One spelling for what editors write in many: lower case, one alef, no harakat or tatweel, plain colons, dashes and
//! spaces, European digits. It is for matching only and never reaches a record; ids have a fold of their own in
//! `story`.

/// The match form of all lines, in one string so that one pass of the automaton sees the whole page.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// The lines, each ended by a line feed.
    text: String,
    /// Where each line begins; one more entry than there are lines.
    starts: Vec<usize>,
}

impl Matching {
    /// Folds the lines of a page.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l str>, bytes: usize) -> Self {
        let mut folded = Self { text: String::with_capacity(bytes + 64), starts: vec![0] };
        for line in lines {
            fold_into(&mut folded.text, line);
            folded.text.push('\n');
            folded.starts.push(folded.text.len());
        }
        folded
    }

    /// The whole page.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where line `index` begins in [`Self::text`].
    pub(super) fn start(&self, index: usize) -> usize {
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// Line `index`, without its line feed.
    pub(super) fn line(&self, index: usize) -> &str {
        let (start, end) = (self.start(index), self.start(index + 1));
        self.text.get(start..end).map_or("", |line| line.strip_suffix('\n').unwrap_or(line))
    }
}

/// Folds `line` onto the end of `out`.
///
/// What stays as it is, which is most, is copied in runs.
pub(super) fn fold_into(out: &mut String, line: &str) {
    let (mut kept, mut at) = (0, 0);
    let bytes = line.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            0..=0x7f if !byte.is_ascii_uppercase() => at += 1,
            0xd8..=0xdb if bytes.get(at + 1).is_some_and(|&next| is_own_fold(byte, next)) => {
                at += 2
            }
            _ => {
                out.push_str(line.get(kept..at).unwrap_or_default());
                let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) else { return };
                out.extend(fold(c));
                at += c.len_utf8();
                kept = at;
            }
        }
    }
    out.push_str(line.get(kept..).unwrap_or_default());
}

/// Whether the Arabic letter of these two bytes is its own match form.
#[inline]
fn is_own_fold(first: u8, second: u8) -> bool {
    const OWN: [bool; 256] = {
        let mut own = [false; 256];
        let mut code = 0;
        let mut c = 0x600;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
        while code < 256 {
            own[code] = match char::from_u32(c) {
                Some(c) => matches!(arabic(c), Some(folded) if folded as u32 == c as u32),
                None => false,
            };
            code += 1;
            c += 1;
        }
        own
    };
    // U+0600 to U+06FF are D8 80 to DB BF.
    let code = usize::from(first & 3) << 6 | usize::from(second & 0x3f);
    OWN.get(code).copied().unwrap_or(false)
}

/// The match form of a short text.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out
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
#[inline]
fn fold(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7f}' => Some(c.to_ascii_lowercase()),
        '\u{600}'..='\u{6ff}' => fold_arabic(c),
        _ => fold_other(c),
    }
}

#[inline]
fn fold_arabic(c: char) -> Option<char> {
    const TABLE: [Option<char>; 256] = {
        let mut table = [None; 256];
        let mut code = 0;
        let mut c = 0x600;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
        while code < 256 {
            table[code] = match char::from_u32(c) {
                Some(c) => arabic(c),
                None => None,
            };
            code += 1;
            c += 1;
        }
        table
    };
    TABLE.get(usize::try_from(u32::from(c) - 0x600).unwrap_or(usize::MAX)).copied().flatten()
}

const fn arabic(c: char) -> Option<char> {
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
        '٠'..='٩' => char::from_u32(c as u32 - '٠' as u32 + '0' as u32),
        '۰'..='۹' => char::from_u32(c as u32 - '۰' as u32 + '0' as u32),
        c => Some(c),
    }
}

fn fold_other(c: char) -> Option<char> {
    match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        '–' | '—' | '―' | '‒' | '‐' | '‑' | '−' => Some('-'),
        '：' | '꞉' | '︰' => Some(':'),
        '’' | '‘' | 'ʼ' | '`' | '´' => Some('\''),
        'ş' | 'Ş' => Some('ș'),
        'ţ' | 'Ţ' => Some('ț'),
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + u32::from('0')),
        '\u{966}'..='\u{96f}' => char::from_u32(u32::from(c) - 0x966 + u32::from('0')),
        c if c.is_whitespace() => Some(' '),
        // The first character is enough: what follows is a mark (İ is i and a dot above).
        c => c.to_lowercase().next(),
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
    fn a_place_in_the_match_form_is_found_again_in_the_line() {
        let line = "نصٌّ أيضًا: عنوان";
        let form = folded(line);
        let at = form.find("عنوان").unwrap();
        assert_eq!(line.get(raw_offset(line, at)..), Some("عنوان"));
        assert_eq!(raw_offset(line, form.len()), line.len());
        assert_eq!(raw_offset(line, 0), 0);
    }

    proptest::proptest! {
        #[test]
        fn a_line_folds_as_its_characters_do(line in "([a-cA-C ا-ي\u{640}-\u{670}٠-٩\u{6c0}-\u{6ff}]|\\PC){0,40}") {
            proptest::prop_assert_eq!(folded(&line), line.chars().filter_map(fold).collect::<String>());
        }

        #[test]
        fn raw_offset_is_always_a_character_boundary(line in "\\PC{0,30}", at in 0usize..90) {
            proptest::prop_assert!(line.is_char_boundary(raw_offset(&line, at)));
        }
    }
}

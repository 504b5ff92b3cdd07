//! One spelling for what editors write in many: lower case, bare letters (no accents, harakat, nukta or tatweel, one alef,
//! one i), plain colons, dashes and spaces, European digits. For matching only: it never reaches a record, and ids have a fold of
//! their own in `story`.

use unicode_normalization::char::{decompose_canonical, decompose_compatible};

/// The match form of a short text.
pub(crate) fn folded(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    form.extend(text.chars().filter_map(fold));
    form
}

/// How many bytes the match form of a text has.
pub(crate) fn folded_len(text: &str) -> usize {
    text.chars().filter_map(fold).map(char::len_utf8).sum()
}

/// The byte of `line` at which the byte `at` of its match form stands: what is removed goes with what stands before it,
/// but where that is a space (a tatweel of its own).
pub(crate) fn raw_offset(line: &str, at: usize) -> usize {
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
pub(crate) fn fold(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7f}' => Some(c.to_ascii_lowercase()),
        '\u{600}'..='\u{6ff}' => fold_arabic(c),
        _ => fold_other(c),
    }
}

fn fold_arabic(c: char) -> Option<char> {
    match c {
        // Harakat, Quranic marks, the letter mark, tatweel. The semicolon between them parts words.
        '\u{610}'..='\u{61a}'
        | '\u{61c}'
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

    proptest::proptest! {
        #[test]
        fn raw_offset_is_always_a_character_boundary(line in "\\PC{0,30}", at in 0usize..90) {
            proptest::prop_assert!(line.is_char_boundary(raw_offset(&line, at)));
        }
    }
}

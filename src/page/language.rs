//! The language of a page: the envelope's word, else what its letters and trigrams say.

use std::borrow::Cow;

use crate::page::layout::Layouts;
use crate::page::text::language_tag;
use crate::page::text::lines::Line;
use crate::page::text::shape::is_letter;

/// So much text is enough to tell a language, in bytes.
const SAMPLE: usize = 600;

/// So much where that tells none.
const LONG_SAMPLE: usize = 2400;

/// The language of a page, BCP 47; `und` where unsure.
pub(super) fn of<'a>(
    named: Option<&'a str>,
    lines: &[Line<'_>],
    layouts: &'a Layouts,
) -> Cow<'a, str> {
    match named.map(str::trim).filter(|named| !named.is_empty()) {
        Some(named) => language_tag::shortest(named),
        None => Cow::Borrowed(detected(lines, layouts)),
    }
}

fn detected<'a>(lines: &[Line<'_>], layouts: &'a Layouts) -> &'a str {
    let told = |bytes| told(&sample_of(lines, bytes), layouts);
    // Where the site's own words stand among the first ones, more of the page is asked.
    told(SAMPLE).or_else(|| told(LONG_SAMPLE)).unwrap_or("und")
}

/// The first text of a page, so many bytes of it at most.
fn sample_of(lines: &[Line<'_>], bytes: usize) -> String {
    let mut sample = String::with_capacity(bytes + 128);
    for line in lines {
        let mut end = line.text.len().min(bytes - sample.len());
        while !line.text.is_char_boundary(end) {
            end -= 1;
        }
        sample.push_str(line.text.get(..end).unwrap_or_default());
        sample.push('\n');
        if sample.len() >= bytes {
            break;
        }
    }
    sample
}

/// The language of a text, where its letters and words tell it.
fn told<'a>(sample: &str, layouts: &'a Layouts) -> Option<&'a str> {
    if is_arabic(sample) {
        return Some("ar");
    }
    let letters = Letters::of(sample);
    if letters.arabic * 2 > letters.all {
        return Some(letters.arabic_script());
    }
    let whatlang = || whatlang::detect(sample).filter(whatlang::Info::is_reliable);
    common(sample, layouts).or_else(|| language_tag::of(whatlang()?.lang()))
}

/// Whether a text is Arabic by its bytes alone, as most of Arabic is: most of its other characters are spaces, and the few
/// that could be letters of languages that write as it does are fewer than one in fifty.
fn is_arabic(sample: &str) -> bool {
    // U+0620 to U+0657.
    let is_own = |first: u8, second: u8| {
        (first == 0xd8) & (second >= 0xa0) | (first == 0xd9) & (second <= 0x97)
    };
    let own = pairs(sample, is_own);
    let begins = |first: u8| (first & 0xc0 != 0x80) & (first != b' ');
    let others = pairs(sample, |first, second| begins(first) & !is_own(first, second));
    let telling =
        pairs(sample, |first, second| (first >= 0xda) | (first == 0xd9) & (second > 0x97));
    // The last byte begins no pair: it may be a letter of another script.
    own > others + 1 && telling * TELLING <= own
}

/// How many bytes of a text and the bytes behind them are such pairs: few of them at a time, since a small number counts
/// many pairs at once.
fn pairs(text: &str, is: impl Fn(u8, u8) -> bool) -> u32 {
    let (firsts, seconds) = (text.as_bytes(), text.as_bytes().get(1..).unwrap_or_default());
    let some = firsts.chunks(COUNTED).zip(seconds.chunks(COUNTED));
    let counts = some.map(|(firsts, seconds)| {
        firsts.iter().zip(seconds).map(|(first, second)| u8::from(is(*first, *second))).sum::<u8>()
    });
    counts.map(u32::from).sum()
}

const COUNTED: usize = 128;

/// One letter in so many that Arabic has not tells another language: in Arabic text they are the odd foreign name.
const TELLING: u32 = 50;

/// The language of which one word in eight is a common one, where a layout lists them: for languages that the library
/// does not know and takes for others.
fn common<'a>(sample: &str, layouts: &'a Layouts) -> Option<&'a str> {
    let mut words = 0;
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        let Some(language) = layouts.common_in(&word.to_lowercase()) else { continue };
        match counts.iter_mut().find(|(known, _)| *known == language) {
            Some((_, count)) => *count += 1,
            None => counts.push((language, 1)),
        }
    }
    let most =
        counts.into_iter().max_by_key(|&(language, count)| (count, std::cmp::Reverse(language)));
    most.filter(|(_, count)| count * 8 >= words).map(|(language, _)| language)
}

/// Letters that Arabic has not, by the language that they tell. The first that has enough of them is meant: Persian ones
/// stand in the others too.
const LETTERS: [(&str, &[char]); 6] = [
    ("ug", &['ڭ', 'ۋ', 'ۇ', 'ۈ']),
    ("ckb", &['ێ', 'ۆ', 'ڕ', 'ڵ']),
    ("ps", &['ټ', 'ډ', 'ړ', 'ږ', 'ښ', 'ځ', 'څ', 'ۍ', 'ې', 'ڼ']),
    ("sd", &['ٻ', 'ڄ', 'ڃ', 'ٿ', 'ڀ', 'ڳ', 'ڱ', 'ڻ']),
    ("ur", &['ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ہ', 'ھ']),
    ("fa", &['پ', 'چ', 'ژ', 'گ', 'ی', 'ک']),
];

/// Letters counted by what they tell.
#[derive(Default)]
struct Letters {
    all: u32,
    arabic: u32,
    /// As in [`LETTERS`].
    telling: [u32; LETTERS.len()],
}

impl Letters {
    fn of(sample: &str) -> Self {
        let mut letters = Self::default();
        for c in sample.chars() {
            // Most of Arabic's own letters, asked first.
            if matches!(c, '\u{620}'..='\u{657}') {
                letters.all += 1;
                letters.arabic += 1;
                continue;
            }
            if !is_letter(c) {
                continue;
            }
            letters.all += 1;
            if matches!(c, '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{fefc}') {
                letters.arabic += 1;
                // The letters of Arabic stand before all of them.
                if c <= '\u{670}' {
                    continue;
                }
                let mut tells = LETTERS.iter().zip(&mut letters.telling);
                if let Some((_, count)) = tells.find(|((_, of), _)| of.contains(&c)) {
                    *count += 1;
                }
            }
        }
        letters
    }

    fn arabic_script(&self) -> &'static str {
        let mut telling = LETTERS.iter().zip(self.telling);
        let enough = telling.find(|(_, count)| count * TELLING > self.arabic);
        enough.map_or("ar", |((language, _), _)| *language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::lines;

    #[test]
    fn the_envelopes_word_stands_before_any_guess() {
        let (lines, _) = lines::cut(
            "The council said on Monday that the bridge over the harbour will be closed to all traffic while its repairs go on, and that the ferries will run through the night.",
        );
        assert_eq!(of(Some("fr"), &lines, Layouts::builtin()), "fr");
        assert_eq!(of(Some("fra"), &lines, Layouts::builtin()), "fr");
        assert_eq!(of(Some("pt_BR"), &lines, Layouts::builtin()), "pt-BR");
        assert_eq!(of(Some(" "), &lines, Layouts::builtin()), "en");
    }

    #[test]
    fn languages_of_one_script_are_told_apart() {
        for (text, tag) in [
            ("أعلنت الوزارة أمس عن افتتاح المدرسة الجديدة في المدينة بحضور الأهالي", "ar"),
            ("وزارت آموزش دیروز از گشایش مدرسه جدید در شهر خبر داد و گفت که کلاس‌ها پر هستند", "fa"),
            ("وزارت نے کل شہر میں نئے اسکول کے افتتاح کا اعلان کیا ہے اور بچوں کو داخلہ دیا", "ur"),
            (
                "Das Ministerium hat gestern die Eröffnung der neuen Schule in der Stadt bekannt gegeben",
                "de",
            ),
            ("Le ministère a annoncé hier l'ouverture de la nouvelle école dans la ville", "fr"),
            (
                "وەزارەتی پەروەردە دوێنێ ڕایگەیاند کە قوتابخانەی نوێ لە شارەکە دەکرێتەوە بۆ منداڵان",
                "ckb",
            ),
            (
                "د پوهنې وزارت پرون وویل چې نوی ښوونځی به د ښار په منځ کې پرانیستل شي او زده کوونکي به ځي",
                "ps",
            ),
            (
                "Министерство вчера сообщило об открытии новой школы в центре города, где будут учиться дети",
                "ru",
            ),
            (
                "O ministério anunciou ontem a abertura da nova escola na cidade, onde as crianças vão estudar",
                "pt",
            ),
            (
                "Bakanlık dün kentte yeni okulun açıldığını ve çocukların burada eğitim göreceğini duyurdu",
                "tr",
            ),
            (
                "El ministerio anunció ayer la apertura de la nueva escuela en la ciudad, donde estudiarán los niños",
                "es",
            ),
            (
                "Wizara ilitangaza jana kwamba shule mpya itafunguliwa katika mji huo baada ya wiki mbili kwa watoto",
                "sw",
            ),
            ("मंत्रालय ने कल शहर में नए स्कूल के खुलने की घोषणा की और कहा कि बच्चे वहां पढ़ेंगे", "hi"),
            (
                "Bộ đã thông báo hôm qua về việc mở trường học mới trong thành phố cho các em nhỏ",
                "vi",
            ),
            (
                "Il ministero ha annunciato ieri l'apertura della nuova scuola in città, dove studieranno i bambini",
                "it",
            ),
            (
                "Ministerstwo ogłosiło wczoraj otwarcie nowej szkoły w mieście, w której będą się uczyć dzieci",
                "pl",
            ),
            (
                "Kementerian mengumumkan pembukaan sekolah baru di kota itu kemarin untuk anak-anak",
                "id",
            ),
            (
                "Kryeministri tha se qeveria do të marrë një vendim të ri për shkollat dhe që nxënësit janë të sigurt në klasa",
                "sq",
            ),
            ("\u{fe8d}\u{fedf}\u{feae}\u{fe91}\u{fe8e}\u{fec1}", "ar"),
            ("123 456", "und"),
            ("", "und"),
        ] {
            assert_eq!(of(None, &lines::cut(text).0, Layouts::builtin()), tag, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_language_tag(text in "\\PC{0,900}") {
            proptest::prop_assert!(!of(None, &lines::cut(&text).0, Layouts::builtin()).is_empty());
        }
    }

    #[test]
    fn a_text_half_of_arabic_letters_is_not_arabic_by_its_bytes() {
        assert!(!is_arabic("اa"));
        assert!(!is_arabic("ab ابت c"));
        assert!(is_arabic("ابت a"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_arabic_by_its_bytes_is_so_by_its_letters(
            text in "[ا-ي a-z٠-٩،\u{671}-\u{6ff}ﺍ-ﻱ]{0,200}|[ا-ي ا-يپ]{0,200}|[ا-ي ]{0,200}",
        ) {
            let letters = Letters::of(&text);
            let is_arabic_script = letters.arabic * 2 > letters.all;
            let is_so = is_arabic_script && letters.arabic_script() == "ar";
            proptest::prop_assert!(!is_arabic(&text) || is_so);
        }
    }
}

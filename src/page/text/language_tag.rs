//! Tags of languages, BCP 47.

use std::borrow::Cow;

/// The first part of a tag, which names the language without its region or script: `pt` of `pt-BR`.
pub(crate) fn primary(tag: &str) -> &str {
    tag.split_once('-').map_or(tag, |(language, _)| language)
}

/// `fra` and `fr_FR` name the same language as `fr`: the shortest tag stands (BCP 47), the region is kept.
pub(crate) fn shortest(named: &str) -> Cow<'_, str> {
    if named.len() == 3
        && let Some(short) = whatlang::Lang::from_code(named.to_ascii_lowercase()).and_then(of)
    {
        return Cow::Borrowed(short);
    }
    if named.contains('_') { Cow::Owned(named.replace('_', "-")) } else { Cow::Borrowed(named) }
}

/// The two-letter tag of a language, for those that have one.
pub(crate) fn of(language: whatlang::Lang) -> Option<&'static str> {
    let code = language.code();
    TAGS.iter().find(|(long, _)| *long == code).map(|(_, short)| *short)
}

/// ISO 639-3 to BCP 47, for the languages that the library knows.
const TAGS: &[(&str, &str)] = &[
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

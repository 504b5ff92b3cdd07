//! Lines above the headline that the site put there: its address, the name of a section, the way to the page, the topic.

use super::byline;
use super::dates;
use super::headline::MAX_SENTENCE;
use super::paper::{self, Paper};
use crate::page::date;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};

/// Takes a marker between the headline and a byline for a line of the site: it opens no block there. Before dates and names
/// are looked for.
pub(super) fn marker_in_head(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let Some(at) = pieces.iter().position(|piece| piece.part == Part::Marker) else {
        return;
    };
    let is_text = |piece: &&Piece<'_>| piece.part == Part::Body;
    let (above, below) = pieces.split_at(at);
    let mut texts = above.iter().filter(is_text);
    let is_alone = texts.next().is_some() && texts.next().is_none();
    let is_byline = |piece: &Piece<'_>| byline::is_byline(piece, page);
    let before_byline = below.get(1).is_some_and(is_byline);
    let is_paragraph = |piece: &Piece<'_>| shape::is_paragraph(&piece.text);
    let mut below = below.iter().filter(is_text).take(BELOW_BYLINE);
    if is_alone
        && before_byline
        && below.any(is_paragraph)
        && let Some(marker) = pieces.get_mut(at)
    {
        marker.take(Part::Furniture, None, "a line of the site above the byline");
    }
}

/// The first paragraph stands on one of so many lines from a byline on.
const BELOW_BYLINE: usize = 4;

/// Takes what stands above the headline for furniture.
pub(super) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    marker(pieces, page);
    lines(pieces, page);
    topic(pieces, page);
}

/// A line that stands between the headline and the date does no more than say what the article is about.
const STANDFIRST: usize = 1;

/// Takes a marker that begins the page for a section of the site ("Latest news") where no more than a standfirst stands
/// between the line below it and a field or a paragraph: that line is the headline.
fn marker(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_nav = |piece: &&Piece<'_>| match piece.part {
        Part::Furniture => true,
        Part::Body => is_of_site(&piece.text) || is_address(&piece.text),
        Part::Value(field) => field.is_date(),
        Part::Headline | Part::Teaser | Part::Marker | Part::Label => false,
    };
    let mut below = pieces.iter().skip_while(is_nav);
    let Some(marker) = below.next().filter(|marker| marker.part == Part::Marker) else {
        return;
    };
    let mut below = below.skip_while(|piece| is_nav(piece) || is_few_words(piece));
    let Some(headline) = below.next().filter(|piece| piece.part == Part::Body) else {
        return;
    };
    let is_over = |piece: &Piece<'_>| match piece.part {
        Part::Value(_) | Part::Label => true,
        Part::Body => shape::is_paragraph(&piece.text) || byline::is_byline(piece, page),
        Part::Headline | Part::Teaser | Part::Marker | Part::Furniture => false,
    };
    let line = marker.line;
    if !marker.text.contains(':')
        && is_headline(headline, page)
        && below.filter(|piece| !is_few_words(piece)).take(STANDFIRST + 1).any(is_over)
        && let Some(marker) = pieces.iter_mut().find(|piece| piece.line == line)
    {
        marker.take(Part::Furniture, None, "a section of the site, above the headline");
    }
}

/// A name of the site or a button has so many words where more than that shows that it is one.
const SITE_WORDS: usize = 3;

/// Whether a piece is too few words for a headline.
fn is_few_words(piece: &Piece<'_>) -> bool {
    let text = piece.text.as_ref();
    piece.part == Part::Body
        && shape::fits(text, SITE_WORDS, ABOVE_CHARS)
        && shape::stop(text) == Stop::None
}

/// So many names of sections may stand above the headline.
const LINES_ABOVE: usize = 12;

/// A line above the headline has no more characters.
const ABOVE_CHARS: usize = 25;

/// A section of the site has a name of so many words, and so many stand in the way to the page ("Home > World > Asia").
const SECTION_WORDS: usize = 2;
const WAY_CHARS: usize = 60;

/// So many sections or more with bars between them are the menu of the site, which may be longer.
const MENU_SECTIONS: usize = 4;
const MENU_CHARS: usize = 240;

/// What stands between the sections on the way to the page.
const WAY: [char; 6] = ['>', '»', '›', '/', '|', '←'];

/// Takes lines above the headline for furniture.
fn lines(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let mut lines = lines_above(pieces, page);
    // Once over the pieces, which stand in the order of their lines: a page can be all addresses.
    lines.sort_unstable();
    let mut pieces = pieces.iter_mut();
    for (line, reason) in lines {
        if let Some(piece) = pieces.find(|piece| piece.line == line) {
            piece.take(Part::Furniture, None, reason);
        }
    }
}

/// The lines above the headline that are furniture, and why: the site's address, the name of a section, the way to the page.
/// Other lines of the site and the date may stand between them.
fn lines_above(pieces: &[Piece<'_>], page: &Marking<'_, '_>) -> Vec<(usize, &'static str)> {
    let is_passed = |piece: &&Piece<'_>| match piece.part {
        Part::Body => is_number_or_day(piece, page),
        Part::Furniture | Part::Label | Part::Value(_) => true,
        Part::Headline | Part::Teaser | Part::Marker => false,
    };
    let is_body = |piece: &Piece<'_>| piece.part == Part::Body;
    let mut head = pieces.iter().filter(|piece| !is_passed(piece)).peekable();
    let mut lines = Vec::new();
    while let Some(piece) = head.next_if(|piece| is_body(piece) && is_address(&piece.text)) {
        lines.push((piece.line, "the address of the site"));
    }
    let is_dated = |piece: &Piece<'_>| piece.part == Part::Value(Field::Published);
    let is_again =
        |piece: &Piece<'_>| dates::is_day_alone(piece, page) && pieces.iter().any(is_dated);
    if let Some(piece) = head.next_if(|piece| is_body(piece) && is_again(piece)) {
        lines.push((piece.line, "the date again, above the headline"));
    }
    let mut sections = Vec::new();
    let first = head.peek().map(|piece| piece.line);
    let is_above = |piece: &Piece<'_>| {
        first == Some(piece.line) && (is_way_to_next(piece, pieces) || is_repeated(piece, pieces))
            || is_of_site(&piece.text)
            || is_address(&piece.text)
            || is_outlet(piece, page)
            || is_dateline(piece, page)
            || first == Some(piece.line) && is_name_of_site(piece, pieces, page)
            || is_kicker(&piece.text)
            || is_again(piece)
            || piece.line <= LINES_ABOVE && is_beside_site(piece, pieces)
    };
    while let Some(piece) = head.next_if(|piece| is_body(piece) && is_above(piece)) {
        sections.push((piece.line, "a section of the site, above the headline"));
    }
    let is_sentence = |piece: &Piece<'_>| {
        is_body(piece)
            && shape::stop(&piece.text) == Stop::Full
            && !shape::fits_chars(&piece.text, ABOVE_CHARS)
    };
    let headline = head.next().filter(|piece| is_body(piece) && is_headline(piece, page));
    if let Some(headline) = headline
        && sections.len() <= LINES_ABOVE
        && head.any(is_sentence)
    {
        lines.append(&mut sections);
        let above = pieces.iter().take_while(|piece| piece.line < headline.line);
        let numbers = above.filter(|piece| is_body(piece) && is_passed(piece));
        lines.extend(numbers.map(|piece| (piece.line, "a number or a day above the headline")));
    }
    lines
}

/// Whether a line is the way to the page with the headline at its end, which the next line says again.
fn is_way_to_next(piece: &Piece<'_>, pieces: &[Piece<'_>]) -> bool {
    let next = pieces.iter().find(|next| next.line == piece.line + 1);
    let way = next.and_then(|next| piece.text.strip_suffix(next.text.as_ref()));
    way.is_some_and(|way| way.trim_end().ends_with(WAY) && shape::fits_chars(way, WAY_CHARS))
}

/// Whether a line of the site stands right beside a few words: they are its name, or a button.
fn is_beside_site(piece: &Piece<'_>, pieces: &[Piece<'_>]) -> bool {
    let is_beside = |other: &Piece<'_>| other.line.abs_diff(piece.line) == 1;
    let mut beside = pieces.iter().take_while(|other| other.line <= piece.line + 1);
    is_few_words(piece) && beside.any(|other| is_beside(other) && other.part == Part::Furniture)
}

/// The name of a site is printed again in so many lines.
const AGAIN_LINES: usize = 8;

/// Whether a short line is printed again below the next one: it is the name of the site.
fn is_repeated(piece: &Piece<'_>, pieces: &[Piece<'_>]) -> bool {
    let mut below = pieces.iter().filter(|below| below.line > piece.line + 1).take(AGAIN_LINES);
    shape::fits_words(&piece.text, SECTION_WORDS)
        && piece.text.contains(shape::is_letter)
        && below.any(|below| below.part == Part::Body && below.text == piece.text)
}

/// The name of an outlet has so many words.
const OUTLET_WORDS: usize = 4;

/// Whether a line is the name of a paper, an agency or a channel: a word of it says so.
fn is_outlet(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    is_name(piece) && form.split(' ').any(|word| page.layouts.words().is_outlet(word))
}

/// "The Post | Harbour Town - (Reuters)": a place and its paper, above the headline.
fn is_dateline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    form.contains(paper::PARTING)
        && shape::fits_chars(&piece.text, WAY_CHARS)
        && shape::stop(&piece.text) == Stop::None
        && paper::paper(form, page.layouts) == Some(Paper::BehindPlace)
}

/// Whether the first line is the name of the site, where its letters or what the site says elsewhere show it.
fn is_name_of_site(piece: &Piece<'_>, pieces: &[Piece<'_>], page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    is_name(piece) && (is_in_two_scripts(form) || is_said_by_site(form, pieces, page))
}

fn is_name(piece: &Piece<'_>) -> bool {
    shape::fits_words(&piece.text, OUTLET_WORDS) && shape::stop(&piece.text) == Stop::None
}

/// "BBC News عربي": a name of Latin letters and of others.
fn is_in_two_scripts(form: &str) -> bool {
    let is_latin = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_caseless = |word: &str| {
        word.starts_with(|c: char| shape::is_letter(c) && !c.is_lowercase() && !c.is_uppercase())
    };
    form.split(' ').any(is_latin) && form.split(' ').any(is_caseless)
}

/// Whether the article's source, or a line of the site further down, says the same name.
fn is_said_by_site(form: &str, pieces: &[Piece<'_>], page: &Marking<'_, '_>) -> bool {
    let is_site = |piece: &Piece<'_>| {
        matches!(piece.part, Part::Furniture | Part::Value(Field::Source))
            && shape::says(page.matching.form(piece.folded.clone()), form)
    };
    shape::has_letters(form) && pieces.iter().any(is_site)
}

/// Whether a line leads to the headline below it: "The mayor of the valley told us:".
fn is_kicker(text: &str) -> bool {
    text.ends_with([':', '؛']) && shape::fits_chars(text, WAY_CHARS)
}

/// The line above a headline that names its topic has no more words and characters, and the headline has at least so many.
const TOPIC_WORDS: usize = 4;
const TOPIC_CHARS: usize = 36;

const BELOW_TOPIC_CHARS: usize = 40;

/// A line between the headline and the date says what the article is about in so many words or more.
const STANDFIRST_WORDS: usize = 5;

/// Takes the first line for furniture where it names the topic and the headline stands below it: a third line stands between
/// them and the date or the byline.
fn topic(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_field = |piece: &Piece<'_>| {
        matches!(piece.part, Part::Value(Field::Published | Field::Updated | Field::Author))
            || piece.part == Part::Body && byline::is_byline(piece, page)
    };
    let above = pieces.iter().take_while(|piece| !is_field(piece) && piece.part != Part::Marker);
    let mut texts = above.filter(|piece| piece.part == Part::Body);
    let (Some(topic), Some(headline), Some(standfirst), None) =
        (texts.next(), texts.next(), texts.next(), texts.next())
    else {
        return;
    };
    let dated = pieces.iter().any(|piece| piece.line > standfirst.line && is_field(piece));
    let is_topic = shape::fits(&topic.text, TOPIC_WORDS, TOPIC_CHARS)
        && shape::stop(&topic.text) == Stop::None;
    let is_standfirst = !shape::fits_words(&standfirst.text, STANDFIRST_WORDS - 1);
    let line = topic.line;
    if dated
        && is_topic
        && is_standfirst
        && headline.line == line + 1
        && !shape::fits_chars(&headline.text, BELOW_TOPIC_CHARS)
        && is_headline(headline, page)
        && let Some(topic) = pieces.iter_mut().find(|piece| piece.line == line)
    {
        topic.take(Part::Furniture, None, "the topic, above the headline");
    }
}

/// "NEWS.EXAMPLE", "NEWS.EXAMPLE - follow-up", and signs without a word.
fn is_address(text: &str) -> bool {
    // Most headlines beyond ASCII are told apart by their first letter.
    if text.starts_with(|c: char| !c.is_ascii() && shape::is_word_char(c)) {
        return false;
    }
    let (text, behind) = text.split_once(" - ").unwrap_or((text, ""));
    if !shape::fits_words(behind, SECTION_WORDS) {
        return false;
    }
    let is_host = text
        .split_once('.')
        .is_some_and(|(name, behind)| !shape::fits_chars(name, 1) && !shape::fits_chars(behind, 1));
    let of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/' | ':');
    is_host && text.chars().all(of_host) && text.contains(|c: char| c.is_ascii_alphabetic())
        || !shape::has_words(text)
}

/// Whether a line is a number and no more, or a day of a year that it does not say: "18 June, 10:42".
fn is_number_or_day(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let has_letters = shape::has_letters(&piece.text);
    let is_day = || {
        let form = page.matching.form(piece.folded.clone());
        shape::has_digit(form) && date::is_day_of_a_year(form, &page.dates)
    };
    !has_letters && shape::has_words(&piece.text)
        || has_letters && piece.text.len() <= YEARLESS_BYTES && is_day()
}

/// A line that is no more than a day without its year has no more bytes.
const YEARLESS_BYTES: usize = 48;

/// The name of a section, the way to the page, words before it ("You are here:"), signs.
fn is_of_site(text: &str) -> bool {
    let is_lead = |words: &str| shape::fits_words(words, LEAD_WORDS) && is_short(words);
    is_section(text)
        || is_way(text)
        || !shape::has_words(text)
        || text.strip_suffix(':').is_some_and(is_lead)
        || is_numbered(text)
}

/// "Reporter: 1912": words before a number.
fn is_numbered(text: &str) -> bool {
    text.split_once(':').is_some_and(|(label, number)| {
        shape::fits_words(label, LEAD_WORDS)
            && shape::has_words(number)
            && number.trim().chars().all(char::is_numeric)
    })
}

/// Words before the way to the page.
const LEAD_WORDS: usize = 3;

fn is_section(text: &str) -> bool {
    shape::fits_words(text, SECTION_WORDS) && is_short(text)
}

/// A few words that are no sentence, and no number: "TV5" is a name.
fn is_short(text: &str) -> bool {
    shape::fits_chars(text, ABOVE_CHARS)
        && shape::stop(text) == Stop::None
        && !text.split(' ').any(|word| word.starts_with(char::is_numeric))
}

fn is_way(text: &str) -> bool {
    let is_menu =
        || shape::fits_chars(text, MENU_CHARS) && text.split('|').nth(MENU_SECTIONS - 1).is_some();
    (shape::fits_chars(text, WAY_CHARS) || is_menu())
        && text.contains(WAY)
        && text.split(WAY).all(|part| is_section(part.trim()))
}

/// Whether a line that stands below the name of a section can be the headline: a few words and no name, no sentence.
fn is_headline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let text = piece.text.as_ref();
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    let is_name = name::is_agency(text)
        || [" - ", " – ", " — ", " | ", " / "].iter().any(|sign| text.contains(sign))
            && shape::fits_words(text, 6);
    let is_date = || page.date_in(form).is_some_and(|read| read.has_day());
    !shape::fits_words(text, 3)
        && !shape::fits_chars(text, ABOVE_CHARS)
        && shape::fits_chars(text, MAX_SENTENCE)
        && matches!(shape::stop(text), Stop::None | Stop::Question)
        && !is_name
        && !byline::is_byline(piece, page)
        && !is_date()
}

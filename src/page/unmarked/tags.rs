//! Tags that nobody has called so: hashtags, a list of them behind the last sentence, or below a marker.

use std::collections::HashSet;
use std::ops::Range;

use crate::page::layout::{Field, Furniture, Layouts, RuleKind};
use crate::page::piece::{Part, Piece};
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};

/// Whether a run of short lines is a list of tags: two or more that say nothing but what the article has said already
/// (one of three or more may be new), each of them something else.
pub(super) fn are_listed(
    pieces: &[Piece<'_>],
    last: usize,
    run: &Range<usize>,
    (matching, layouts): (&Matching, &Layouts),
) -> bool {
    let tags: Vec<_> = pieces.get(run.clone()).unwrap_or_default().iter().collect();
    let article = pieces.get(last).and_then(|last| matching.text().get(..last.folded.end));
    TAGS.contains(&tags.len())
        && tags.iter().all(|tag| is_tag(&tag.text))
        && are_told(&tags, article.unwrap_or_default(), (matching, layouts))
}

/// Takes tags for keywords where the first of them is the words of their label, for furniture where nothing calls them so.
pub(super) fn take(tags: &mut [Piece<'_>], layouts: &Layouts) {
    let is_keywords =
        |kind: &RuleKind| matches!(kind, RuleKind::Label(label) if label.field == Field::Keywords);
    let label = tags.first().and_then(|first| first.why.runner_up);
    let label = label.filter(|label| label.part == Part::Label).and_then(|label| label.rule);
    let label = label.and_then(|rule| layouts.rule(rule)).filter(|rule| is_keywords(&rule.kind));
    for (nth, piece) in tags.iter_mut().enumerate() {
        match (label.is_some(), nth) {
            (true, 0) => piece.take(Part::Label, None, "a label over tags"),
            (true, _) => piece.take(Part::Value(Field::Keywords), None, "a tag below a label"),
            (false, _) => piece.take(Part::Furniture, None, "a list of tags without a label"),
        }
    }
}

/// Takes hashtags, two or more, on a line or on lines of their own, for furniture: keywords that nobody has called so. Beside
/// others one may have several words.
pub(super) fn hashtags(pieces: &mut [Piece<'_>]) {
    let mut texts = pieces.iter_mut().filter(|piece| piece.part == Part::Body).peekable();
    let mut behind_tags = false;
    while let Some(piece) = texts.next() {
        let (is_tags, before) = (are_hashtags(&piece.text), behind_tags);
        behind_tags = is_tags || before && is_hashtag(&piece.text);
        let mut next = || texts.peek().is_some_and(|next| is_hashtag(&next.text));
        let is_row = is_tags && piece.text.contains(' ');
        if is_row || behind_tags && before || is_hashtag(&piece.text) && next() {
            piece.take(Part::Furniture, None, "hashtags without a label");
            behind_tags = true;
        }
    }
}

/// "#the harbour bridge": a sign and a few words that are no sentence.
fn is_hashtag(text: &str) -> bool {
    text.starts_with('#')
        && shape::fits_words(text, HASHTAG_WORDS)
        && shape::has_letters(text)
        && shape::stop(text) == Stop::None
}

/// A hashtag has no more words.
const HASHTAG_WORDS: usize = 4;

/// Takes tags below a marker, two or more that the article has said, for its keywords: "Related topics" stands over them as
/// over links. Before the laying out of blocks.
pub(super) fn below_markers(pieces: &mut [Piece<'_>], matching: &Matching, layouts: &Layouts) {
    for at in 0..pieces.len() {
        let Some((marker, below)) = pieces.get_mut(at..).and_then(|rest| rest.split_first_mut())
        else {
            return;
        };
        if marker.part != Part::Marker || below.first().is_none_or(|tag| tag.line == marker.line) {
            continue;
        }
        let lines = below.iter().take_while(|piece| piece.part == Part::Body).count();
        let Some(below) = below.get_mut(..lines).filter(|lines| TAGS.contains(&lines.len())) else {
            continue;
        };
        let article = matching.text().get(..marker.folded.start).unwrap_or_default();
        let tags: Vec<_> = below.iter().collect();
        if tags.iter().all(|tag| is_tag(&tag.text)) && are_told(&tags, article, (matching, layouts))
        {
            marker.take(Part::Label, None, "a marker over tags");
            for tag in below {
                tag.take(Part::Value(Field::Keywords), None, "a tag below a marker");
            }
        }
    }
}

fn are_hashtags(text: &str) -> bool {
    text.starts_with('#')
        && text.split(' ').all(|word| word.starts_with('#') && shape::has_words(word))
}

/// A tag has no more words, nor characters; a list of them no more lines.
const TAG_WORDS: usize = 3;
const TAG_CHARS: usize = 30;
const TAGS: std::ops::RangeInclusive<usize> = 2..=12;

/// Whether the article has said the tags, two or more and all but one, each of them something else.
fn are_told(
    tags: &[&Piece<'_>],
    article: &str,
    (matching, layouts): (&Matching, &Layouts),
) -> bool {
    let forms = || tags.iter().map(|tag| matching.form(tag.folded.clone()));
    // A section of the site is a tag as good as what the article says.
    let told = forms().filter(|tag| shape::says(article, tag) || is_section(tag, layouts)).count();
    // Captions say a name twice, tags never.
    let distinct: HashSet<_> = forms().collect();
    distinct.len() == tags.len() && told >= 2 && told + 1 >= tags.len()
}

/// Takes a line behind the last sentence for furniture that is a list of tags, which the article has said, with signs between,
/// or no more than words of the headline. Behind the laying out of blocks.
pub(super) fn on_a_line(pieces: &mut [Piece<'_>], matching: &Matching) {
    let is_own = |piece: &Piece<'_>| piece.part == Part::Body && piece.entry.is_none();
    let ends = |piece: &Piece<'_>| is_own(piece) && shape::stop(&piece.text) != Stop::None;
    let Some(last) = pieces.iter().rposition(ends) else {
        return;
    };
    let is_announced = pieces.get(last).is_some_and(|last| shape::stop(&last.text) == Stop::Colon);
    let headline = pieces.iter().find(|piece| piece.part == Part::Headline);
    let headline = headline.filter(|piece| piece.entry.is_none());
    let headline = headline.map_or("", |piece| matching.form(piece.folded.clone()));
    let behind = pieces.get_mut(last + 1..).unwrap_or_default().iter_mut();
    for piece in behind.filter(|piece| is_own(piece) && !is_announced) {
        let form = matching.form(piece.folded.clone());
        let article = matching.text().get(..piece.folded.start).unwrap_or_default();
        if are_on_a_line(form, article) || is_of_headline(form, headline) {
            piece.take(Part::Furniture, None, "a list of tags without a label");
        }
    }
}

/// Signs between tags on one line; a dash or a slash has spaces round it.
const SIGNS: [char; 7] = [',', '،', ';', '|', '•', '·', '#'];
const SPACED_SIGNS: [&str; 2] = [" - ", " / "];

/// A line of tags has no more characters, and so many of them at least.
const LINE_CHARS: usize = 240;
const LINE_TAGS: usize = 3;

/// Whether a line is tags, all but one of which the text has said.
fn are_on_a_line(form: &str, text: &str) -> bool {
    let parts = || {
        let parts = form.split(SIGNS).flat_map(|part| part.split(SPACED_SIGNS[0]));
        let parts = parts.flat_map(|part| part.split(SPACED_SIGNS[1])).map(str::trim);
        parts.filter(|part| shape::has_words(part))
    };
    let count = parts().count();
    shape::fits_chars(form, LINE_CHARS)
        && count >= LINE_TAGS
        && parts().all(|part| shape::fits_words(part, TAG_WORDS))
        && parts().filter(|part| shape::says(text, part)).count() + 1 >= count
}

/// Whether a line is words of the headline, two or more, and nothing else.
fn is_of_headline(form: &str, headline: &str) -> bool {
    let words =
        |text| str::split(text, |c| !shape::is_word_char(c)).filter(|word| !word.is_empty());
    words(form).nth(1).is_some()
        && !headline.contains(form)
        && words(form).all(|word| words(headline).any(|other| other == word))
}

/// Whether a match form is the name of a section of sites.
pub(crate) fn is_section(form: &str, layouts: &Layouts) -> bool {
    let is_head = |kind: &RuleKind| matches!(kind, RuleKind::Furniture(Furniture::Head));
    let hit = layouts.whole(form);
    hit.is_some_and(|hit| layouts.rules_of(hit).any(|(_, rule)| is_head(&rule.kind)))
}

fn is_tag(text: &str) -> bool {
    shape::fits(text, TAG_WORDS, TAG_CHARS)
        && !text.trim_matches(shape::is_word_char).contains(|c: char| {
            // "TP.HCM", "R&D" are words.
            c.is_ascii_punctuation() && !matches!(c, '.' | '-' | '&')
                || matches!(c, '،' | '؟' | '«' | '“' | '…')
        })
        && !text.ends_with(['.', '-'])
        && text.starts_with(shape::is_word_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_few_words_with_no_sign_but_those_within_words() {
        for tag in ["TP.HCM", "R&D", "Baden-Baden", "harbour bridge", "القوقاز"] {
            assert!(is_tag(tag), "{tag}");
        }
        for text in
            ["The ferry.", "- frost", "a, b", "harbour:bridge", "one two three four", "«frost»"]
        {
            assert!(!is_tag(text), "{text}");
        }
    }
}

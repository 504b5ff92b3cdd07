//! Keyword lines, cut into phrases.

use std::borrow::Cow;

use super::matching::Matching;
use super::piece::Piece;
use super::{Page, matching};

/// The most words of a phrase that only the article's own text holds together.
const LONGEST: usize = 3;

/// Cuts the keyword lines: at commas, bars, hash signs and line ends; where only spaces stand between the words, at the
/// longest runs that the article's headline and body say too.
pub(super) fn split<'a>(
    lines: &[Piece<'a>],
    page: &Page<'a>,
    form: &Matching,
) -> Vec<Cow<'a, str>> {
    let mut phrases = Vec::new();
    let mut told = None;
    for line in lines {
        if line.text.contains(is_separator) {
            phrases.extend(cut_at_signs(&line.text));
        } else if let Some(glued) = cut_at_capitals(&line.text) {
            phrases.extend(glued);
        } else if lines.len() > 1 {
            phrases.push(line.text.clone());
        } else {
            let told = told.get_or_insert_with(|| article_form(page));
            phrases.extend(cut_by_text(line, told, form));
        }
    }
    let mut seen = Vec::new();
    phrases.retain(|phrase| {
        let new = !seen.contains(phrase);
        if new {
            seen.push(phrase.clone());
        }
        new
    });
    phrases
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '،' | ';' | '؛' | '|' | '#' | '•' | '·' | '/' | '\\' | '、' | '۔')
}

/// Parts of the text between separators; a hashtag's underscores are its spaces.
fn cut_at_signs<'a>(text: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    let clean = |part: &str| part.trim_matches(|c: char| c.is_whitespace() || c == '.').to_owned();
    text.split(is_separator)
        .map(clean)
        .filter(|part| !part.is_empty())
        .map(|part| Cow::Owned(part.replace('_', " ").trim().to_owned()))
        .collect()
}

/// Phrases that a scraper has glued, each with a capital: "SchweizGenfEuropa". A capital inside a word can be a name's
/// ("McDonald"), so a list has more of them than spaces; a script without capitals has none.
fn cut_at_capitals<'a>(text: &str) -> Option<Vec<Cow<'a, str>>> {
    let mut starts = vec![0];
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_uppercase() && before.is_lowercase() {
            starts.push(at);
        }
        before = c;
    }
    let caseless = |c: char| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase();
    let spaces = text.matches(' ').count();
    let glued = starts.len() > 1 && starts.len() - 1 > spaces && !text.contains(caseless);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let phrase =
        |(start, end): (usize, usize)| Some(Cow::Owned(text.get(start..end)?.trim().to_owned()));
    glued.then(|| starts.iter().copied().zip(ends).filter_map(phrase).collect())
}

/// The match form of headline and body, its words each between single spaces.
fn article_form(page: &Page<'_>) -> String {
    let mut form = String::from(" ");
    for text in page.headline.iter().chain(&page.body) {
        for word in words(&matching::folded(text)) {
            form.push_str(word);
            form.push(' ');
        }
        // A phrase does not run on from one paragraph into the next.
        form.push_str("\n ");
    }
    form
}

fn words(form: &str) -> impl Iterator<Item = &str> {
    form.split(|c: char| !super::shape::is_word_char(c)).filter(|word| !word.is_empty())
}

/// From left to right, the longest run of at most three words that the article says, else one word.
fn cut_by_text<'a>(line: &Piece<'a>, told: &str, _form: &Matching) -> Vec<Cow<'a, str>> {
    let all: Vec<&str> = line.text.split(' ').filter(|word| !word.is_empty()).collect();
    let mut phrases = Vec::new();
    let mut rest = all.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let longest = (2..=LONGEST.min(rest.len())).rev().find(|&length| {
            let run: Vec<String> =
                rest.iter().take(length).map(|word| matching::folded(word)).collect();
            told.contains(&format!(" {} ", run.join(" ")))
        });
        let length = longest.unwrap_or(1);
        let phrase = rest.get(..length).map_or_else(|| (*first).to_owned(), |run| run.join(" "));
        phrases.push(Cow::Owned(phrase));
        rest = rest.get(length..).unwrap_or_default();
    }
    phrases
}

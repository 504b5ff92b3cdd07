//! The author behind the article, where papers of the language print the name there, and the paper behind the author's name.

use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::folded_len;

/// Takes the last line of the article for its author where papers of the language print the name there, no other line names
/// one and the article says no such name.
pub(crate) fn behind_body(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if !page.layouts.words().has_names_behind(page.language) || pieces.iter().any(is_author) {
        return;
    }
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let own = pieces.get(..own).unwrap_or_default().iter().enumerate();
    let mut texts = own.filter(|(_, piece)| piece.part == Part::Body).rev();
    let (Some((at, name)), Some((_, above))) = (texts.next(), texts.next()) else {
        return;
    };
    let mut is_said = || texts.any(|(_, piece)| piece.text.contains(name.text.as_ref()));
    if shape::is_paragraph(&above.text)
        && !above.text.contains(name.text.as_ref())
        && name::is_full_name(&name.text, page.layouts)
        && !is_said()
        && let Some(name) = pieces.get_mut(at)
    {
        name.take(Part::Value(Field::Author), None, "a name behind the article");
    }
}

/// Takes the site that stands behind the author's name for the source: "Nora Field - paper.example".
pub(crate) fn without_paper(pieces: &mut Vec<Piece<'_>>) {
    let is_value = |piece: &Piece<'_>, field| piece.part == Part::Value(field);
    let Some(at) = pieces.iter().position(|piece| is_value(piece, Field::Author)) else {
        return;
    };
    let cut = pieces.get(at).and_then(|author| {
        let (name, paper) = author.text.rsplit_once([' ', '-', '|', '/'])?;
        let bytes = name.trim_end_matches([' ', '-', '–', '|', '/', ',']).len();
        let is_paper = is_host(paper) && bytes + 1 < name.len();
        let name = author.text.get(..bytes).filter(|name| is_paper && !name.is_empty())?;
        let (author_of, rest) = author.split_at(name.len(), folded_len(name))?;
        let sign = rest.text.len() - paper.len();
        let (sign, paper) = rest.split_at(sign, folded_len(rest.text.get(..sign)?))?;
        Some([author_of, sign, paper])
    });
    let Some([mut name, mut sign, mut paper]) = cut else {
        return;
    };
    let named = pieces.iter().any(|piece| is_value(piece, Field::Source));
    let rule = pieces.get(at).and_then(|author| author.why.rule);
    name.why.rule = rule;
    name.take(Part::Value(Field::Author), None, "a name before its paper");
    sign.take(Part::Label, None, "a sign between a name and its paper");
    let part = if named { Part::Furniture } else { Part::Value(Field::Source) };
    paper.take(part, None, "the paper behind its author's name");
    drop(pieces.splice(at..=at, [name, sign, paper]));
}

/// "paper.example": a name, a point and letters.
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        part.chars().nth(1).is_some() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(is_part)
        && last.chars().all(|c| c.is_ascii_lowercase())
}

//! What stands round the headline of something appended and is no part of it: the sign or number before an item of a list, quotation marks round the
//! title of a video, the bracket that was opened before its marker, the address behind it.

use crate::page::marks::trailing::without_bracket;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::folded_len;

/// Signs before the items of a list.
const BULLETS: [char; 9] = ['•', '·', '▪', '●', '■', '◾', '*', '-', '–'];

/// Takes what stands round the headlines of links for parts of their markers.
pub(super) fn trim(pieces: &mut Vec<Piece<'_>>) {
    let is_link = |piece: &Piece<'_>| piece.part == Part::Headline && piece.entry.is_some();
    if !pieces.iter().any(is_link) {
        return;
    }
    let numbered = numbered(pieces, is_link);
    let mut trimmed = Vec::with_capacity(pieces.len() + 8);
    let (mut marker, mut block) = (None, 0);
    for piece in std::mem::take(pieces) {
        let behind_marker = marker == Some(piece.line);
        marker = (piece.part == Part::Marker).then_some(piece.line);
        block += usize::from(marker.is_some());
        let numbered = numbered.get(block).is_some_and(|numbered| *numbered);
        if let Some(parts) = Some(&piece).filter(|piece| is_link(piece)).and_then(|piece| {
            let number = || without_number(piece).filter(|_| numbered);
            without_bullet(piece).or_else(number).or_else(|| without_address(piece))
        }) {
            trimmed.extend(<[_; 2]>::from(parts));
        } else if behind_marker
            && is_link(&piece)
            && let Some(parts) = without_quotes(&piece)
        {
            trimmed.extend(parts);
        } else if behind_marker
            && is_link(&piece)
            && let (mut title, Some(mut bracket)) = without_bracket(piece.clone())
        {
            title.why = piece.why;
            bracket.take(Part::Marker, title.entry, "the bracket round a marker and its title");
            trimmed.extend([title, bracket]);
        } else {
            trimmed.push(piece);
        }
    }
    *pieces = trimmed;
}

/// The sign before a headline of a list, and the headline.
fn without_bullet<'a>(piece: &Piece<'a>) -> Option<(Piece<'a>, Piece<'a>)> {
    let headline = piece.text.trim_start_matches(BULLETS).strip_prefix(' ')?;
    let sign = piece.text.get(..piece.text.len() - headline.len())?;
    let parts = piece.split_at(sign.len(), folded_len(sign)).filter(|_| sign.len() > 1);
    let (mut sign, mut headline) = parts?;
    sign.take(Part::Marker, piece.entry, "the sign before an item of a list");
    headline.why = piece.why.clone();
    shape::has_words(&headline.text).then_some((sign, headline))
}

/// Of what stands before the first marker, and behind each: whether its headlines are numbered.
fn numbered(pieces: &[Piece<'_>], is_link: impl Fn(&Piece<'_>) -> bool) -> Vec<bool> {
    let blocks = pieces.chunk_by(|_, next| next.part != Part::Marker);
    let first = pieces.first().is_some_and(|first| first.part == Part::Marker);
    let of_blocks = blocks.map(|block| are_numbered(block.iter().filter(|piece| is_link(piece))));
    first.then_some(false).into_iter().chain(of_blocks).collect()
}

/// Whether all headlines are numbered, two or more, from one on: "1. Frost in the valley".
fn are_numbered<'p>(headlines: impl Iterator<Item = &'p Piece<'p>>) -> bool {
    let mut count = 0;
    for piece in headlines {
        count += 1;
        if shape::item_number(&piece.text).is_none_or(|(number, _)| number != count) {
            return false;
        }
    }
    count > 1
}

/// The number before a headline of a list, and the headline.
fn without_number<'a>(piece: &Piece<'a>) -> Option<(Piece<'a>, Piece<'a>)> {
    let (_, bytes) = shape::item_number(&piece.text)?;
    let (mut sign, mut headline) = piece.split_at(bytes, folded_len(piece.text.get(..bytes)?))?;
    sign.take(Part::Marker, piece.entry, "the number before an item of a list");
    headline.why = piece.why.clone();
    shape::has_words(&headline.text).then_some((sign, headline))
}

/// A headline, and the address of the web behind it: "Frost in the valley http://paper.example/frost".
fn without_address<'a>(piece: &Piece<'a>) -> Option<(Piece<'a>, Piece<'a>)> {
    let (headline, address) = piece.text.rsplit_once(' ')?;
    if !shape::is_web_address(address) {
        return None;
    }
    let (mut headline, mut address) =
        piece.split_at(headline.len() + 1, piece.folded.len() - folded_len(address))?;
    headline.why = piece.why.clone();
    address.take(Part::Furniture, None, "an address of the web is no headline");
    Some((headline, address))
}

/// Behind a title in quotation marks stand no more words: `"Frost in the valley" di sini:`.
const BEHIND_WORDS: usize = 2;

/// The quotation marks round a title that its marker and a colon enclose, and the title: `Video "Frost" di sini:`.
fn without_quotes<'a>(piece: &Piece<'a>) -> Option<[Piece<'a>; 3]> {
    let text = piece.text.as_ref();
    let open = text.chars().next()?;
    let close = match open {
        '"' | '\'' => open,
        '“' => '”',
        '‘' => '’',
        _ => return None,
    };
    let inside = text.get(open.len_utf8()..)?;
    let (title, behind) = inside.rsplit_once(close)?;
    let words = behind.split(' ').filter(|word| shape::has_words(word)).count();
    let closes = behind.ends_with(':') && !behind.starts_with(shape::is_word_char);
    if !closes || words > BEHIND_WORDS || !shape::has_words(title) {
        return None;
    }
    let quote = open.len_utf8();
    let (mut opening, rest) = piece.split_at(quote, folded_len(text.get(..quote)?))?;
    let (mut title, mut closing) = rest.split_at(title.len(), folded_len(title))?;
    opening.take(Part::Marker, piece.entry, "a quotation mark before a title");
    closing.take(Part::Marker, piece.entry, "what stands behind a title");
    title.why = piece.why.clone();
    Some([opening, title, closing])
}

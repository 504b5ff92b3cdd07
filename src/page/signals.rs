//! What speaks for and against a line of a block being a headline, in numbers.
//!
//! Every signal is a whole number, mostly 0 or 100 or a share in hundredths. Their weights stand in
//! config/split.toml and are learned by tools/learn_split.py from these very numbers (`explain` shows them).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::layout::Opening;
use super::shape::{self, Stop};
use super::words::{StemHasher, Stems};

/// A line of a block.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockLine {
    pub stems: Stems,
    pub shape: LineShape,
    /// The hash of its match form: equal lines have equal keys.
    pub key: u64,
    /// What its first word says.
    pub opening: Opening,
    /// A label line stands right before it: a story has ended there, or the line before is the headline of one.
    pub behind_label: bool,
}

/// What a line looks like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineShape {
    pub chars: usize,
    pub stop: Stop,
    pub colon_inside: bool,
    pub dots_inside: bool,
    pub question_inside: bool,
    pub start: Start,
    pub dateline: bool,
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Start {
    #[default]
    Letter,
    Digit,
    Quote,
    Other,
}

/// Longer lines are no headlines: how many characters they have beyond does not matter.
const MAX_CHARS: usize = 400;

impl LineShape {
    /// The shape of a cleaned line.
    pub(super) fn of(text: &str) -> Self {
        let chars = text.chars().count().min(MAX_CHARS);
        let inner =
            if chars < MAX_CHARS { text.trim_end_matches(|c| !shape::is_word_char(c)) } else { "" };
        // Asked of whole lines without leaving early, these are a few instructions for many bytes.
        let (bytes, behind) = (inner.as_bytes(), inner.as_bytes().get(1..).unwrap_or_default());
        let has = |byte: u8| bytes.iter().fold(false, |has, b| has | (*b == byte));
        let has_pair = |[one, two]: [u8; 2]| {
            bytes.iter().zip(behind).fold(false, |has, (a, b)| has | (*a == one) & (*b == two))
        };
        Self {
            chars,
            stop: shape::stop(text),
            colon_inside: has(b':'),
            dots_inside: has_pair(*b"..") || has(0xe2) && inner.contains('…'),
            // U+061F is D8 9F.
            question_inside: has(b'?') || has(b'!') || has_pair([0xd8, 0x9f]),
            start: match text.chars().next() {
                Some(c) if c.is_alphabetic() => Start::Letter,
                Some(c) if c.is_numeric() => Start::Digit,
                Some('"' | '«' | '“' | '\'' | '‘' | '”' | '’' | '„') => Start::Quote,
                _ => Start::Other,
            },
            dateline: shape::is_dateline(text),
        }
    }

    fn stops(&self) -> bool {
        self.stop != Stop::None
    }
}

macro_rules! signals {
    ($($name:ident),* $(,)?) => {
        /// The names of the signals, in the order of their values.
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];

        #[expect(non_camel_case_types, reason = "the names are those of the data file")]
        #[derive(Clone, Copy)]
        enum Signal { $($name),* }
    };
}

signals! {
    bias, ends_in_full_stop, ends_in_question, ends_in_dots, ends_in_comma, ends_in_colon,
    before_ends_in_full_stop, before_ends_otherwise, before_is_short,
    chars_below_15, chars_below_25, chars_below_45, chars_below_60, chars_above_90, chars_above_110, chars_above_140, chars_above_200,
    next_below_45, next_below_80, next_below_140, next_does_not_stop, next_is_dateline, is_last,
    longer_than_next, much_shorter_than_before,
    colon_inside, dots_inside, question_inside, starts_with_digit, starts_with_quote, starts_oddly, is_dateline,
    in_next, in_next_three, in_last, in_last_three, only_ahead, only_behind, new_here,
    across, next_in_last_two, next_in_this,
    lines_without_stop, no_stop_as_most, continues, leads, next_continues, next_leads,
    second_line, repeat_begins, repeat_goes_on,
}

/// How many signals there are.
pub(super) const COUNT: usize = NAMES.len();

/// The signals of one line.
pub(super) type Signals = [i16; COUNT];

/// The signals of each line of a block. Linear in the words of the block.
///
/// `article` are the keys of the article's own headline and paragraphs: a block can repeat them too.
pub(super) fn of_block(lines: &[BlockLine], article: &[u64]) -> Vec<Signals> {
    let links = Links::of(lines);
    let repeats = repeats(lines, article);
    let without_stop = lines.iter().filter(|line| !line.shape.stops()).count();
    let without_stop = hundredths(without_stop, lines.len());
    let mut signals: Vec<Signals> =
        (0..lines.len()).map(|at| of_line(lines, &links, without_stop, at)).collect();
    for (signals, repeat) in signals.iter_mut().zip(repeats) {
        let signal = match repeat {
            Repeat::None => continue,
            Repeat::Begins => Signal::repeat_begins,
            Repeat::GoesOn => Signal::repeat_goes_on,
        };
        if let Some(slot) = signals.get_mut(signal as usize) {
            *slot = 100;
        }
    }
    signals
}

/// What a line that stands on the page twice says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    None,
    /// What stands before it differs, what stands behind it does not: there a story begins.
    Begins,
    /// What stands before it is the same both times: it is inside a story.
    GoesOn,
}

/// Compares the neighbours of lines that stand on the page more than once.
fn repeats(lines: &[BlockLine], article: &[u64]) -> Vec<Repeat> {
    let start = article.len() + 1;
    // Nothing is equal to the gap between the article and the block.
    let keys: Vec<Option<u64>> = article
        .iter()
        .copied()
        .map(Some)
        .chain([None])
        .chain(lines.iter().map(|line| Some(line.key)))
        .collect();
    let mut places: Vec<(u64, usize)> =
        keys.iter().enumerate().filter_map(|(at, key)| Some(((*key)?, at))).collect();
    places.sort_unstable();
    let key = |at: Option<usize>| at.and_then(|at| keys.get(at)).copied().flatten();
    let mut out = vec![Repeat::None; lines.len()];
    for pair in places.windows(2) {
        let &[(one, first), (other, second)] = pair else { continue };
        if one != other {
            continue;
        }
        let left = |at: usize| key(at.checked_sub(1));
        let right = |at: usize| key(Some(at + 1));
        let same_left = left(first).is_some() && left(first) == left(second);
        let same_right = right(first).is_some() && right(first) == right(second);
        let says = match (same_left, same_right) {
            (true, _) => Repeat::GoesOn,
            (false, true) => Repeat::Begins,
            (false, false) => Repeat::None,
        };
        for at in [first, second] {
            if let Some(slot) = at.checked_sub(start).and_then(|at| out.get_mut(at)) {
                *slot = says;
            }
        }
    }
    out
}

/// The signals of a line as they are set.
struct Sheet(Signals);

impl Sheet {
    fn set(&mut self, signal: Signal, value: i16) {
        if let Some(slot) = self.0.get_mut(signal as usize) {
            *slot = value;
        }
    }

    fn yes(&mut self, signal: Signal, holds: bool) {
        self.set(signal, if holds { 100 } else { 0 });
    }

    fn shape(&mut self, shape: &LineShape) {
        for (signal, stop) in [
            (Signal::ends_in_full_stop, Stop::Full),
            (Signal::ends_in_question, Stop::Question),
            (Signal::ends_in_dots, Stop::Dots),
            (Signal::ends_in_comma, Stop::Comma),
            (Signal::ends_in_colon, Stop::Colon),
        ] {
            self.yes(signal, shape.stop == stop);
        }
        for (signal, bound) in [
            (Signal::chars_below_15, 15),
            (Signal::chars_below_25, 25),
            (Signal::chars_below_45, 45),
            (Signal::chars_below_60, 60),
        ] {
            self.yes(signal, shape.chars < bound);
        }
        for (signal, bound) in [
            (Signal::chars_above_90, 90),
            (Signal::chars_above_110, 110),
            (Signal::chars_above_140, 140),
            (Signal::chars_above_200, 200),
        ] {
            self.yes(signal, shape.chars > bound);
        }
        self.yes(Signal::colon_inside, shape.colon_inside);
        self.yes(Signal::dots_inside, shape.dots_inside);
        self.yes(Signal::question_inside, shape.question_inside);
        self.yes(Signal::starts_with_digit, shape.start == Start::Digit);
        self.yes(Signal::starts_with_quote, shape.start == Start::Quote);
        self.yes(Signal::starts_oddly, shape.start == Start::Other);
        self.yes(Signal::is_dateline, shape.dateline);
    }

    fn before(&mut self, line: &BlockLine, before: &BlockLine) {
        let full = before.shape.stop == Stop::Full;
        self.yes(Signal::before_ends_in_full_stop, full);
        self.yes(Signal::before_ends_otherwise, before.shape.stops() && !full);
        self.yes(Signal::before_is_short, before.shape.chars < 60);
        let (chars, chars_before) = (line.shape.chars, before.shape.chars);
        self.yes(Signal::much_shorter_than_before, chars * 3 < chars_before * 2);
    }

    fn next(&mut self, line: &BlockLine, next: &BlockLine) {
        self.yes(Signal::next_below_45, next.shape.chars < 45);
        self.yes(Signal::next_below_80, next.shape.chars < 80);
        self.yes(Signal::next_below_140, next.shape.chars < 140);
        self.yes(Signal::next_does_not_stop, !next.shape.stops());
        self.yes(Signal::next_is_dateline, next.shape.dateline);
        self.yes(Signal::longer_than_next, line.shape.chars > next.shape.chars);
        self.yes(Signal::next_continues, next.opening == Opening::Continues);
        self.yes(Signal::next_leads, next.opening == Opening::Leads);
    }
}

fn of_line(lines: &[BlockLine], links: &Links, without_stop: i16, at: usize) -> Signals {
    let mut sheet = Sheet([0; COUNT]);
    let Some(line) = lines.get(at) else { return sheet.0 };
    sheet.yes(Signal::bias, true);
    sheet.shape(&line.shape);
    sheet.set(Signal::lines_without_stop, without_stop);
    sheet.set(Signal::no_stop_as_most, if line.shape.stops() { 0 } else { without_stop });
    sheet.yes(Signal::continues, line.opening == Opening::Continues);
    sheet.yes(Signal::leads, line.opening == Opening::Leads);
    sheet.yes(Signal::second_line, at == 1);
    if let Some(before) = at.checked_sub(1).and_then(|before| lines.get(before)) {
        sheet.before(line, before);
    }
    match lines.get(at + 1) {
        Some(next) => sheet.next(line, next),
        None => sheet.yes(Signal::is_last, true),
    }
    for (signal, share) in links.shares(at) {
        sheet.set(signal, share);
    }
    sheet.0
}

/// Where the words of each line occur before and after it.
struct Links {
    lines: Vec<LineLinks>,
}

/// Counts of a line's words.
#[derive(Clone, Copy, Default)]
struct LineLinks {
    stems: usize,
    in_next: usize,
    in_next_three: usize,
    in_last: usize,
    in_last_three: usize,
    /// In the three lines behind this one and not in the three before it.
    only_ahead: usize,
    /// The other way round.
    only_behind: usize,
    new_here: usize,
    /// Words that stand in one of the two lines before this one and next in one of the two behind it.
    across: usize,
    /// Words of the next line that stand not here but in one of the two lines before.
    next_in_last_two: usize,
}

/// Where a word was said last.
#[derive(Clone, Copy)]
struct Last {
    line: usize,
    /// It had been said near before that too.
    again: bool,
}

/// How many lines apart two occurrences of a word may stand to count as near.
const NEAR: usize = 3;

impl Links {
    fn of(lines: &[BlockLine]) -> Self {
        let words: usize = lines.iter().map(|line| line.stems.len()).sum();
        let mut seen: HashMap<u32, Last, StemHasher> =
            HashMap::with_capacity_and_hasher(words, StemHasher::default());
        let mut links = Self { lines: vec![LineLinks::default(); lines.len()] };
        for (at, line) in lines.iter().enumerate() {
            if let Some(own) = links.lines.get_mut(at) {
                own.stems = line.stems.len();
            }
            for stem in line.stems.iter() {
                let last = match seen.entry(stem) {
                    Entry::Occupied(mut last) => {
                        let again = at - last.get().line <= NEAR;
                        Some(last.insert(Last { line: at, again }))
                    }
                    Entry::Vacant(first) => {
                        first.insert(Last { line: at, again: false });
                        None
                    }
                };
                links.note(last, at);
            }
        }
        links
    }

    /// Notes that a word of line `at` was last said where `last` says.
    fn note(&mut self, last: Option<Last>, at: usize) {
        let Some(last) = last else {
            if let Some(line) = self.lines.get_mut(at) {
                line.new_here += 1;
            }
            return;
        };
        let gap = at - last.line;
        if gap > NEAR + 1 {
            return;
        }
        if gap <= NEAR {
            if let Some(line) = self.lines.get_mut(at) {
                line.in_last += usize::from(gap == 1);
                line.in_last_three += 1;
                line.only_behind += 1;
            }
            if let Some(line) = self.lines.get_mut(last.line) {
                line.in_next += usize::from(gap == 1);
                line.in_next_three += 1;
                if last.again {
                    line.only_behind = line.only_behind.saturating_sub(1);
                } else {
                    line.only_ahead += 1;
                }
            }
        }
        if gap >= 2 {
            for between in at.saturating_sub(2).max(last.line + 1)..at.min(last.line + 3) {
                if let Some(line) = self.lines.get_mut(between) {
                    line.across += 1;
                }
            }
        }
        if (2..=3).contains(&gap)
            && let Some(line) = self.lines.get_mut(at - 1)
        {
            line.next_in_last_two += 1;
        }
    }

    fn shares(&self, at: usize) -> [(Signal, i16); 10] {
        let near =
            |at: Option<usize>| at.and_then(|at| self.lines.get(at)).copied().unwrap_or_default();
        let (line, last, next) = (near(Some(at)), near(at.checked_sub(1)), near(Some(at + 1)));
        let of = |count: usize| hundredths(count, line.stems);
        [
            (Signal::in_next, of(line.in_next)),
            (Signal::in_next_three, of(line.in_next_three)),
            (Signal::in_last, of(line.in_last)),
            (Signal::in_last_three, of(line.in_last_three)),
            (Signal::only_ahead, of(line.only_ahead)),
            (Signal::only_behind, of(line.only_behind)),
            (Signal::new_here, of(line.new_here)),
            (Signal::across, hundredths(line.across, last.stems.min(next.stems))),
            (Signal::next_in_this, hundredths(next.in_last, next.stems)),
            (Signal::next_in_last_two, hundredths(line.next_in_last_two, next.stems)),
        ]
    }
}

fn hundredths(count: usize, of: usize) -> i16 {
    let share = (count * 100).checked_div(of).unwrap_or(0);
    i16::try_from(share.min(100)).unwrap_or(100)
}

//! What speaks for and against a line of a block being a headline, in numbers.
//!
//! Every signal is a whole number, mostly 0 or 100 or a share in hundredths. Their weights stand in
//! config/split.toml and are learned by tools/learn_split.py from these very numbers (`explain` shows them).

use super::line::{BeginsWith, BlockLine, LineShape};
use super::links::{Links, hundredths};
use super::repeats::{Repeat, repeats};
use super::signal::{COUNT, Signal, Signals};
use crate::page::layout::Opening;
use crate::page::text::shape::Stop;

/// The signals of each line of a block. Linear in the words of the block.
///
/// `article` are the keys of the article's own headline and paragraphs: a block can repeat them too.
pub(crate) fn of_block(lines: &[BlockLine], article: &[u64]) -> Vec<Signals> {
    let links = Links::of(lines);
    let repeats = repeats(lines, article);
    let without_stop = lines.iter().filter(|line| !line.shape.stops()).count();
    let full_stops = lines.iter().filter(|line| line.shape.stop == Stop::Full).count();
    let block = Block {
        lines,
        links,
        without_stop: hundredths(without_stop, lines.len()),
        full_stops: hundredths(full_stops, lines.len()),
    };
    let mut signals: Vec<Signals> = (0..lines.len()).map(|at| block.line(at)).collect();
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

/// The signals of a line as they are set.
struct Sheet(Signals);

impl Sheet {
    fn set(&mut self, signal: Signal, value: i16) {
        if let Some(slot) = self.0.get_mut(signal as usize) {
            *slot = value;
        }
    }

    fn get(&self, signal: Signal) -> i16 {
        self.0.get(signal as usize).copied().unwrap_or_default()
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
        self.yes(Signal::starts_with_digit, shape.begins_with == BeginsWith::Digit);
        self.yes(Signal::starts_with_quote, shape.begins_with == BeginsWith::Quote);
        self.yes(Signal::starts_oddly, shape.begins_with == BeginsWith::Other);
        self.yes(Signal::is_dateline, shape.dateline);
        self.yes(Signal::stop_inside, shape.stop_inside);
        self.yes(Signal::words_below_4, shape.words < 4);
        self.yes(Signal::words_below_6, shape.words < 6);
        self.yes(Signal::words_above_14, shape.words > 14);
        self.yes(Signal::words_above_18, shape.words > 18);
    }

    fn before(&mut self, line: &BlockLine, before: &BlockLine, full_stops: i16) {
        let signal = match before.shape.stop {
            Stop::None => Signal::before_does_not_stop,
            Stop::Full => Signal::before_ends_in_full_stop,
            Stop::Question => Signal::before_ends_in_question,
            Stop::Dots => Signal::before_ends_in_dots,
            Stop::Comma => Signal::before_ends_in_comma,
            Stop::Colon => Signal::before_ends_in_colon,
        };
        self.yes(signal, true);
        if before.shape.stop != Stop::Full {
            self.set(Signal::full_stops_if_behind_none, full_stops);
        } else if !line.shape.stops() {
            self.yes(Signal::bare_behind_full_stop, true);
            self.set(Signal::full_stops_if_bare_behind_one, full_stops);
        }
        self.yes(Signal::bare_behind_bare, !line.shape.stops() && !before.shape.stops());
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
        let bare = !line.shape.stops();
        self.yes(Signal::bare_before_full_stop, bare && next.shape.stop == Stop::Full);
        self.yes(Signal::bare_before_bare, bare && !next.shape.stops());
    }

    fn shares(&mut self, shares: [(Signal, i16); 10]) {
        for (signal, share) in shares {
            self.set(signal, share);
        }
        // Which side of a bound a share lies on says more than how far.
        for (signal, share, bound) in [
            (Signal::in_next_three_above_30, Signal::in_next_three, 30),
            (Signal::in_next_three_above_50, Signal::in_next_three, 50),
            (Signal::in_last_three_above_30, Signal::in_last_three, 30),
            (Signal::next_in_last_two_above_10, Signal::next_in_last_two, 10),
            (Signal::next_in_last_two_above_20, Signal::next_in_last_two, 20),
            (Signal::new_here_above_60, Signal::new_here, 60),
        ] {
            self.yes(signal, self.get(share) > bound);
        }
        for (signal, share) in [
            (Signal::none_in_next_three, Signal::in_next_three),
            (Signal::none_in_last_three, Signal::in_last_three),
            (Signal::next_not_in_last_two, Signal::next_in_last_two),
            (Signal::none_across, Signal::across),
        ] {
            self.yes(signal, self.get(share) == 0);
        }
    }
}

/// The lines of a block, and what is said of all of them.
struct Block<'l> {
    lines: &'l [BlockLine],
    links: Links,
    /// The share of lines that do not stop.
    without_stop: i16,
    /// The share of lines that end in a full stop.
    full_stops: i16,
}

impl Block<'_> {
    fn line(&self, at: usize) -> Signals {
        let mut sheet = Sheet([0; COUNT]);
        let near = |at: Option<usize>| at.and_then(|at| self.lines.get(at));
        let Some(line) = self.lines.get(at) else { return sheet.0 };
        sheet.yes(Signal::bias, true);
        sheet.shape(&line.shape);
        sheet.set(Signal::lines_without_stop, self.without_stop);
        let bare = if line.shape.stops() { 0 } else { self.without_stop };
        sheet.set(Signal::no_stop_as_most, bare);
        sheet.yes(Signal::continues, line.opening == Opening::Continues);
        sheet.yes(Signal::leads, line.opening == Opening::Leads);
        sheet.yes(Signal::second_line, at == 1);
        if let Some(before) = near(at.checked_sub(1)) {
            sheet.before(line, before, self.full_stops);
        }
        if let Some(before) = near(at.checked_sub(2)) {
            let full = before.shape.stop == Stop::Full;
            sheet.yes(Signal::before_last_ends_in_full_stop, full);
            sheet.yes(Signal::before_last_does_not_stop, !before.shape.stops());
        }
        match near(Some(at + 1)) {
            Some(next) => sheet.next(line, next),
            None => sheet.yes(Signal::is_last, true),
        }
        if let Some(next) = near(Some(at + 2)) {
            let full = next.shape.stop == Stop::Full;
            sheet.yes(Signal::next_but_one_ends_in_full_stop, full);
            sheet.yes(Signal::next_but_one_does_not_stop, !next.shape.stops());
        }
        sheet.shares(self.links.shares(at));
        sheet.0
    }
}

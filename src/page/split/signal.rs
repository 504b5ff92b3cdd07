//! The signals of a line by name: what speaks for and against its being a headline.

use crate::page::weighing;

weighing::signals! {
    bias, ends_in_full_stop, ends_in_question, ends_in_dots, ends_in_comma, ends_in_colon,
    before_ends_in_full_stop, before_ends_in_question, before_ends_in_dots, before_ends_in_comma, before_ends_in_colon, before_does_not_stop,
    before_is_short, before_last_ends_in_full_stop, before_last_does_not_stop,
    bare_behind_full_stop, bare_behind_bare, bare_before_full_stop, bare_before_bare, full_stops_if_bare_behind_one, full_stops_if_behind_none,
    stop_inside, words_below_4, words_below_6, words_above_14, words_above_18,
    chars_below_15, chars_below_25, chars_below_45, chars_below_60, chars_above_90, chars_above_110, chars_above_140, chars_above_200,
    next_below_45, next_below_80, next_below_140, next_does_not_stop, next_is_dateline, is_last,
    next_but_one_ends_in_full_stop, next_but_one_does_not_stop,
    longer_than_next, much_shorter_than_before,
    colon_inside, dots_inside, question_inside, starts_with_digit, starts_with_quote, starts_oddly, is_dateline,
    in_next, in_next_three, in_last, in_last_three, only_ahead, only_behind, new_here,
    across, next_in_last_two, next_in_this,
    none_in_next_three, in_next_three_above_30, in_next_three_above_50, none_in_last_three, in_last_three_above_30,
    next_not_in_last_two, next_in_last_two_above_10, next_in_last_two_above_20, none_across, new_here_above_60,
    lines_without_stop, no_stop_as_most, continues, leads, next_continues, next_leads,
    second_line, repeat_begins, repeat_goes_on,
}

//! What a panic says is a line of the log, and it may quote no page: a slice that ends within a letter prints the whole text.

use std::any::Any;
use std::panic::{PanicHookInfo, set_hook};

/// From now on a panic is logged with the place in the code, and with its words where they stand in the code too.
pub(super) fn log() {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let thread = std::thread::current();
        tracing::error!(
            event = "panic",
            place = panic.location().map(tracing::field::display),
            words = constant(panic.payload()),
            thread = thread.name(),
            "a bug of newsmill: please report it"
        );
    }));
}

/// The words of a panic that were written by a programmer. Any other text was made when it panicked, of whatever was at
/// hand.
fn constant(payload: &(dyn Any + Send)) -> Option<&'static str> {
    payload.downcast_ref::<&'static str>().copied()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn the_words_of_a_panic_are_told_only_where_they_stand_in_the_code() {
        let page = String::from("secret é");
        let said = |panics: fn(&str)| {
            let payload = catch_unwind(|| panics(&page)).expect_err("it panics");
            constant(payload.as_ref()).map(str::to_owned)
        };
        assert_eq!(said(|_| panic!("never empty")).as_deref(), Some("never empty"));
        assert_eq!(said(|page| panic!("unexpected: {page}")), None);
        assert_eq!(said(|page| drop(page.split_at(8).0.to_owned())), None, "it quotes the text");
    }
}

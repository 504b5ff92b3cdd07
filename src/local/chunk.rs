//! Input records in handfuls: what a worker takes at a time.

use super::Input;

/// At most so many records: enough to hide the cost of a channel.
const RECORDS: usize = 64;

/// A chunk is full at so many bytes of values, so that large pages do not pile up.
const BYTES: usize = 256 * 1024;

/// Chunks of an iterator of records. An error ends it, after the records before it.
pub(super) struct Chunks<I, E> {
    input: I,
    error: Option<E>,
    ended: bool,
}

impl<I, E> Chunks<I, E> {
    pub(super) fn new(input: I) -> Self {
        Self { input, error: None, ended: false }
    }
}

impl<E, I: Iterator<Item = Result<Input, E>>> Iterator for Chunks<I, E> {
    type Item = Result<Vec<Input>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while !self.ended && chunk.len() < RECORDS && bytes < BYTES {
            match self.input.next() {
                Some(Ok(input)) => {
                    bytes += input.value.as_ref().map_or(0, Vec::len);
                    chunk.push(input);
                }
                Some(Err(error)) => {
                    self.ended = true;
                    self.error = Some(error);
                }
                None => self.ended = true,
            }
        }
        if chunk.is_empty() { self.error.take().map(Err) } else { Some(Ok(chunk)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: usize) -> Result<Input, &'static str> {
        Ok(Input::page("file".into(), 0, None, vec![b'x'; bytes]))
    }

    fn sizes(input: Vec<Result<Input, &'static str>>) -> Vec<Result<usize, &'static str>> {
        Chunks::new(input.into_iter()).map(|chunk| chunk.map(|chunk| chunk.len())).collect()
    }

    #[test]
    fn a_chunk_ends_at_its_number_of_records_or_bytes() {
        assert_eq!(sizes((0..130).map(|_| input(1)).collect()), [Ok(64), Ok(64), Ok(2)]);
        assert_eq!(sizes((0..5).map(|_| input(BYTES / 2)).collect()), [Ok(2), Ok(2), Ok(1)]);
        assert_eq!(sizes(Vec::new()), []);
    }

    #[test]
    fn an_error_comes_after_the_records_before_it_and_ends_the_input() {
        let chunks = sizes(vec![input(1), input(1), Err("torn"), input(1)]);
        assert_eq!(chunks, [Ok(2), Err("torn")]);
    }
}

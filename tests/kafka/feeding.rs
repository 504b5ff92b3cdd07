//! A scraper: puts pages onto the input topic at a steady rate, beside whatever else happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::client::Feed;
use super::fleet::PARTITIONS;
use super::pages::page;

/// Pages of one burst.
const BURST: u64 = 10;

/// The scraper at work.
pub struct Feeding {
    enough: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Feeding {
    /// Begins: so many pages a second, in turn over the partitions.
    pub fn start(bootstrap: &str, topic: &str, seed: u64, per_second: u64) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let feed = Feed::new(bootstrap);
        let (topic, stop) = (topic.to_owned(), Arc::clone(&enough));
        let pause = Duration::from_millis(1000 * BURST / per_second);
        let thread = thread::spawn(move || {
            let mut number = 0;
            while !stop.load(Ordering::Acquire) {
                feed_pages(&feed, &topic, seed, number..number + BURST);
                number += BURST;
                // A rate, not a wait for something.
                thread::park_timeout(pause);
            }
            feed.flush();
            number
        });
        Self { enough, thread }
    }

    /// Ends it; how many pages the broker has.
    pub fn stop(self) -> u64 {
        self.enough.store(true, Ordering::Release);
        self.thread.join().expect("the scraper has not failed")
    }
}

/// Puts these pages onto the topic; the key names the page.
pub fn feed_pages(feed: &Feed, topic: &str, seed: u64, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let partition = i32::try_from(number % PARTITIONS.unsigned_abs() as u64).expect("few");
        let key = format!("page-{number}");
        feed.send(topic, partition, Some(key.as_bytes()), Some(&page(seed, number).value));
    }
}

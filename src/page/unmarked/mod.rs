//! What no form marks: the headline, dates, names, tags and small lines of the site, told by their shape and by what stands
//! round them.
//!
//! Each file takes pieces that marking has left as text and gives them their part. Rests on `marks`, and on all that `marks`
//! rests on; knows nothing of appended stories.

pub(super) mod above;
pub(super) mod author;
pub(super) mod buttons;
pub(super) mod byline;
pub(super) mod clock;
pub(super) mod dates;
pub(super) mod head;
pub(super) mod headline;
pub(super) mod row;
pub(super) mod tags;

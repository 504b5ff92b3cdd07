//! What commands do on a cluster by themselves: sending records again (`replay`), and finding out how it stands (`examine`).

pub mod examine;
pub(super) mod replay;

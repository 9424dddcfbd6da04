//! Who is calling, and what their role allows now.

mod authenticate;
mod caller;
mod holder;
mod snapshot;

pub use caller::Caller;
pub(crate) use holder::{Credential, Holder};

//! Who is calling, and what their role allows now.

mod authenticate;
mod caller;

pub use caller::Caller;
pub(crate) use caller::KeyHolder;

//! Trying on another connection when one was closed while nobody used it.

/// Tries again on another connection: after a restart of the server, each pooled one fails once.
macro_rules! on_a_live_connection {
    ($attempt:expr) => {{
        let mut outcome = $attempt.await;
        for _ in 0..crate::READERS {
            match &outcome {
                Err(error) if crate::error::was_dropped_by_server(error) => {
                    outcome = $attempt.await;
                }
                _ => break,
            }
        }
        outcome
    }};
}
pub(crate) use on_a_live_connection;

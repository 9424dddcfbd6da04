//! A connection whose client must read at a pace: one that takes little by little would else keep its
//! place for ever.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

/// While an answer waits to be sent, at least so many bytes of it must go out …
const LEAST: usize = 64 * 1024;

/// … within so long. What comes to less than that must be gone by then.
const WHILE: Duration = Duration::from_secs(6);

/// A stream that fails when its peer reads too slowly.
pub(super) struct Paced<S> {
    stream: S,
    least: usize,
    within: Duration,
    /// Since the stream did not take all at once.
    stalled: Option<Stalled>,
}

struct Stalled {
    deadline: Pin<Box<Sleep>>,
    written: usize,
}

impl<S> Paced<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self::at(LEAST, WHILE, stream)
    }

    const fn at(least: usize, within: Duration, stream: S) -> Self {
        Self { stream, least, within, stalled: None }
    }

    /// Takes note of what went out.
    fn note(&mut self, written: usize) {
        if let Some(stalled) = &mut self.stalled {
            stalled.written += written;
            if stalled.written >= self.least {
                self.stalled = None;
            }
        }
    }

    /// Waits for the stream to take more, but not for ever.
    fn poll_patience<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let begin = || Stalled { deadline: Box::pin(tokio::time::sleep(self.within)), written: 0 };
        let stalled = self.stalled.get_or_insert_with(begin);
        ready!(stalled.deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, bytes) else {
            return self.poll_patience(context);
        };
        self.note(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        let Poll::Ready(written) = written else { return self.poll_patience(context) };
        self.note(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called once all of an answer, or of a part of it, is on its way.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.stalled = None;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
        task::JoinHandle,
    };

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);

    /// Writes a megabyte, of which a kilobyte fits on the way.
    fn write() -> (DuplexStream, JoinHandle<io::Result<()>>) {
        let (ours, theirs) = tokio::io::duplex(1024);
        let writing =
            async move { Paced::at(LEAST, SHORT, ours).write_all(&vec![0; 1 << 20]).await };
        (theirs, tokio::spawn(writing))
    }

    /// Reads so much a hundred times a second.
    async fn read(mut reader: DuplexStream, bytes: usize) {
        let mut part = vec![0; bytes];
        while reader.read_exact(&mut part).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn who_reads_nothing_is_given_up() {
        let (_reader, writing) = write();
        assert_eq!(writing.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_reads_little_by_little_is_given_up_as_well() {
        let (reader, writing) = write();
        tokio::spawn(read(reader, 256));
        assert_eq!(writing.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_takes_longer_but_keeps_the_pace_gets_all() {
        let (reader, writing) = write();
        tokio::spawn(read(reader, 16 * 1024));
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_is_gone_does_not_count_against_the_next() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut paced = Paced::at(LEAST, SHORT, ours);
        for _ in 0..3 {
            let writing = async {
                paced.write_all(&[0; 4096]).await?;
                paced.flush().await
            };
            let (written, read) =
                tokio::join!(writing, async { theirs.read_exact(&mut [0; 4096]).await });
            written.unwrap();
            read.unwrap();
            tokio::time::sleep(SHORT).await;
        }
    }
}

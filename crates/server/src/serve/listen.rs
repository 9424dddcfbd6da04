//! The socket on which clients come in.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// Connections that may wait to be accepted, if the system allows as many (`net.core.somaxconn`). Of a
/// burst that is larger the system drops the first packets, and clients try again only a second later.
const WAITING: u32 = 4096;

/// Listens on an address.
///
/// # Errors
/// Of the system: that the address is taken, or is none of this machine.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // So that a server that starts again need not wait until the connections of the last one are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

//! A server and a client on loopback, by TCP and by UDP.
//!
//! Never: listens on any address but 127.0.0.1.

use super::step::{fork_part, step, step_asleep, step_ended};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};

/// A connection: opened, used in both directions, closed.
pub fn tcp() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    step("parent", &format!("listens on {address}; fork"));
    let mut server = fork_part("server", move || {
        step("server", "accept: waits for a client");
        let (mut socket, from) = listener.accept()?;
        step("server", &format!("a client at {from}"));
        let mut text = [0; 64];
        let count = socket.read(&mut text)?;
        step(
            "server",
            &format!("read: {:?}", String::from_utf8_lossy(&text[..count])),
        );
        socket.write_all(b"200 hello")?;
        step("server", "write \"200 hello\"; then close");
        Ok(())
    })?;
    step_asleep("client", "server", server.pid());
    let mut socket = TcpStream::connect(address)?;
    step(
        "client",
        "connect: the kernel completes the handshake, even while the server sleeps",
    );
    socket.write_all(b"GET /")?;
    step("client", "write \"GET /\"");
    let mut text = String::new();
    socket.read_to_string(&mut text)?;
    step("client", &format!("read to the end of file: {text:?}"));
    step_ended("parent", &mut server)
}

/// Datagrams: no connection, and no guarantee.
pub fn udp() -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = socket.local_addr()?;
    step("parent", &format!("bind: a socket at {address}; fork"));
    let own = socket.try_clone()?;
    let mut server = fork_part("server", move || {
        step("server", "recvfrom: waits for a datagram from any sender");
        let mut text = [0; 64];
        let (count, from) = own.recv_from(&mut text)?;
        step(
            "server",
            &format!("{:?} from {from}", String::from_utf8_lossy(&text[..count])),
        );
        own.send_to(b"192.0.2.7", from)?;
        step(
            "server",
            "sendto: \"192.0.2.7\" back to the sender; then exit",
        );
        Ok(())
    })?;
    drop(socket);
    step_asleep("client", "server", server.pid());
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client.send_to(b"lighthouse.example?", address)?;
    step(
        "client",
        "sendto: \"lighthouse.example?\"; nothing says whether it arrives",
    );
    let mut text = [0; 64];
    let (count, from) = client.recv_from(&mut text)?;
    step(
        "client",
        &format!("{:?} from {from}", String::from_utf8_lossy(&text[..count])),
    );
    step_ended("parent", &mut server)?;
    client.send_to(b"still there?", address)?;
    step("client", "sendto, with no receiver: accepted all the same");
    Ok(())
}

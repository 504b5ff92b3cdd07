//! A proxy between newsmill and the broker that breaks single calls on purpose.
//!
//! The broker advertises its second listener at the proxy's port, so nothing that passes has to be rewritten.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use super::wire::{self, END_TXN, ILLEGAL_GENERATION, Producer, TXN_OFFSET_COMMIT};

/// What is to be broken, and what was.
#[derive(Debug, Default)]
struct Plan {
    /// The port where the broker listens.
    upstream: u16,
    /// Nothing passes.
    isolated: bool,
    /// So many more offsets are refused.
    refuse_offsets: u32,
    offsets_refused: u32,
    /// The answers to so many more commits are lost.
    lose_commits: u32,
    /// Those who lost one: they never get an answer to their repetitions either.
    bereft: HashSet<Producer>,
    commits_lost: u32,
    /// Which answers come late, by API key.
    delays: HashMap<i16, Delay>,
    connections: Vec<TcpStream>,
}

/// Answers that come late.
#[derive(Debug)]
struct Delay {
    by: Duration,
    /// So many more.
    left: u32,
    delayed: u32,
}

/// What to do with a request.
enum Verdict {
    Forward,
    /// The broker does not see it.
    Answer(Vec<u8>),
    /// The broker sees it, and then the connection breaks.
    LoseAnswer,
    /// The broker sees it, and its answer is held back until then.
    Delay(Instant),
    /// The connection breaks.
    Cut,
}

/// What becomes of an answer that does not pass as it comes.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Lost,
    Due(Instant),
}

/// The proxy; everything that passes through it breaks when it is dropped.
pub struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Takes a port. Clients have to wait until the proxy is aimed at a broker.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let plan = Arc::<Mutex<Plan>>::default();
        let shared = Arc::clone(&plan);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &shared);
            }
        });
        Self { port, plan }
    }

    /// Forwards to this port from now on.
    pub fn aim(&self, upstream: u16) {
        self.plan().upstream = upstream;
    }

    /// The port that clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Answers so many more requests to put offsets into a transaction with `ILLEGAL_GENERATION`, unseen by the broker.
    pub fn refuse_offsets(&self, requests: u32) {
        self.plan().refuse_offsets += requests;
    }

    /// How many were refused.
    pub fn offsets_refused(&self) -> u32 {
        self.plan().offsets_refused
    }

    /// Lets the broker carry out so many more commits, and loses their answers: the connection breaks, and breaks
    /// again at each repetition, so that the producer never learns what became of its transaction.
    pub fn lose_commits(&self, commits: u32) {
        self.plan().lose_commits += commits;
    }

    /// How many answers were lost.
    pub fn commits_lost(&self) -> u32 {
        self.plan().commits_lost
    }

    /// Holds the answers to so many more requests of this API key back for so long. The broker has carried them out by
    /// then; whatever it answers on the same connection waits behind them.
    pub fn delay(&self, api_key: i16, by: Duration, answers: u32) {
        self.plan().delays.extend([(api_key, Delay { by, left: answers, delayed: 0 })]);
    }

    /// How many answers to requests of this API key were held back since that was last asked for.
    pub fn delayed(&self, api_key: i16) -> u32 {
        self.plan().delays.get(&api_key).map_or(0, |delay| delay.delayed)
    }

    /// Breaks all connections; with `isolated`, none comes about until it is lifted.
    pub fn cut(&self, isolated: bool) {
        let mut plan = self.plan();
        plan.isolated = isolated;
        plan.connections.drain(..).for_each(|connection| close(&connection));
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no thread of the proxy panics with the plan in hand")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut(true);
    }
}

fn serve(client: TcpStream, plan: &Arc<Mutex<Plan>>) {
    let mut locked = plan.lock().expect("see above");
    let broker = if locked.isolated {
        None
    } else {
        TcpStream::connect(("127.0.0.1", locked.upstream)).ok()
    };
    let Some(broker) = broker else { return close(&client) };
    for socket in [&client, &broker] {
        socket.set_nodelay(true).expect("a socket");
    }
    locked.connections.extend([copy(&client), copy(&broker)]);
    drop(locked);

    let connection =
        Connection { client, broker, fates: Mutex::default(), answering: Mutex::new(()) };
    let connection = Arc::new(connection);
    let (there, back, plan) = (Arc::clone(&connection), connection, Arc::clone(plan));
    thread::spawn(move || {
        there.requests(&plan).unwrap_or(());
        there.cut();
    });
    thread::spawn(move || {
        back.answers().unwrap_or(());
        back.cut();
    });
}

struct Connection {
    client: TcpStream,
    broker: TcpStream,
    /// What becomes of answers, by their correlation ids.
    fates: Mutex<HashMap<i32, Fate>>,
    /// Both threads answer the client: a frame at a time.
    answering: Mutex<()>,
}

impl Connection {
    /// Carries requests to the broker, until either side closes.
    fn requests(&self, plan: &Mutex<Plan>) -> std::io::Result<()> {
        loop {
            let frame = read_frame(&self.client)?;
            match judge(&frame, &mut plan.lock().expect("see above")) {
                Verdict::Forward => write_frame(&self.broker, &frame)?,
                Verdict::Answer(answer) => self.answer(&answer)?,
                Verdict::LoseAnswer => self.forward(&frame, Fate::Lost)?,
                Verdict::Delay(due) => self.forward(&frame, Fate::Due(due))?,
                Verdict::Cut => return Ok(()),
            }
        }
    }

    fn forward(&self, frame: &[u8], fate: Fate) -> std::io::Result<()> {
        let header = wire::request_header(frame).expect("judged");
        self.fates.lock().expect("one line").extend([(header.correlation, fate)]);
        write_frame(&self.broker, frame)
    }

    /// Carries answers to the client, until either side closes or an answer is to be lost.
    fn answers(&self) -> std::io::Result<()> {
        loop {
            let frame = read_frame(&self.broker)?;
            let correlation = frame.first_chunk().map(|bytes| i32::from_be_bytes(*bytes));
            let fate = correlation.and_then(|id| self.fates.lock().expect("one line").remove(&id));
            match fate {
                Some(Fate::Lost) => return Ok(()),
                Some(Fate::Due(due)) => hold_until(due),
                None => {}
            }
            self.answer(&frame)?;
        }
    }

    fn answer(&self, frame: &[u8]) -> std::io::Result<()> {
        let _turn = self.answering.lock().expect("one line");
        write_frame(&self.client, frame)
    }

    fn cut(&self) {
        close(&self.client);
        close(&self.broker);
    }
}

fn judge(frame: &[u8], plan: &mut Plan) -> Verdict {
    let Some(header) = wire::request_header(frame) else { return Verdict::Cut };
    match header.api_key {
        TXN_OFFSET_COMMIT if plan.refuse_offsets > 0 => {
            plan.refuse_offsets -= 1;
            plan.offsets_refused += 1;
            let answer = wire::refuse_offsets(frame, ILLEGAL_GENERATION);
            answer.map_or(Verdict::Cut, Verdict::Answer)
        }
        END_TXN => match wire::end_txn(frame) {
            Some((producer, _)) if plan.bereft.contains(&producer) => Verdict::Cut,
            Some((producer, true)) if plan.lose_commits > 0 => {
                plan.lose_commits -= 1;
                plan.commits_lost += 1;
                plan.bereft.insert(producer);
                Verdict::LoseAnswer
            }
            _ => delay(header.api_key, plan),
        },
        api_key => delay(api_key, plan),
    }
}

/// Late, where the plan says so of this API key.
fn delay(api_key: i16, plan: &mut Plan) -> Verdict {
    match plan.delays.get_mut(&api_key) {
        Some(delay) if delay.left > 0 => {
            delay.left -= 1;
            delay.delayed += 1;
            Verdict::Delay(Instant::now() + delay.by)
        }
        Some(_) | None => Verdict::Forward,
    }
}

/// The delay is the fault itself, not a wait for something.
fn hold_until(due: Instant) {
    while let Some(left) = due.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

fn read_frame(mut socket: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let mut frame = vec![0; usize::try_from(u32::from_be_bytes(length)).expect("64 bits")];
    socket.read_exact(&mut frame)?;
    Ok(frame)
}

fn write_frame(mut socket: &TcpStream, frame: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(frame.len()).expect("a frame fits");
    let mut whole = length.to_be_bytes().to_vec();
    whole.extend(frame);
    socket.write_all(&whole)
}

fn copy(socket: &TcpStream) -> TcpStream {
    socket.try_clone().expect("a file descriptor")
}

fn close(socket: &TcpStream) {
    // It may be closed already.
    socket.shutdown(Shutdown::Both).unwrap_or(());
}

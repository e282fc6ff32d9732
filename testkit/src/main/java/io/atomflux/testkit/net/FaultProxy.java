package io.atomflux.testkit.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback before one server, that makes the network between them slow, lossy or cut.
 *
 * <p>Everything can be switched while connections run, by any thread; what was registered later comes later, and the
 * first fault that hits a request is the only one. What is random is drawn from the seed: delays per connection, in the
 * order they were accepted; faults each from a sequence of their own.
 *
 * <p>It holds whole messages in memory, and up to 256 KiB in each direction beside; a client that does not read
 * holds up the server as without it. All threads are daemons. This class is long because it is all there is to call; what it
 * does is done by {@code Connection}.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;

    private final Framing framing;
    private final long seed;
    private final int port;
    private volatile InetSocketAddress target;
    private volatile Latency requestLatency = Latency.NONE;
    private volatile Latency replyLatency = Latency.NONE;
    private volatile long replyRate = Long.MAX_VALUE;
    private volatile boolean halfOpen;
    private volatile @Nullable Predicate<Request> counted;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong faultNumbers = new AtomicLong();
    private Traffic traffic = Traffic.NONE; // guarded by this, as is the next
    private long held;
    private volatile boolean closed;
    private final Object door = new Object(); // guards the next three
    private @Nullable ServerSocket listener;
    private @Nullable Thread accepting;
    private @Nullable Socket placeholder;

    private FaultProxy(InetSocketAddress target, Framing framing, long seed) throws IOException {
        this.target = target;
        this.framing = framing;
        this.seed = seed;
        this.port = listen(0);
    }

    /** Starts a proxy on a free port, with seed 0. */
    public static FaultProxy to(String host, int port, Framing framing) {
        return to(host, port, framing, 0);
    }

    /**
     * Starts a proxy on a free port of the loopback address.
     *
     * @param host where the server is; looked up for each connection
     * @param port its port
     * @param framing its protocol
     * @param seed of everything random
     */
    public static FaultProxy to(String host, int port, Framing framing, long seed) {
        Objects.requireNonNull(framing, "framing");
        try {
            return new FaultProxy(InetSocketAddress.createUnresolved(host, port), framing, seed);
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
    }

    /** Returns the port to connect to, on {@link #host}; the same as long as the proxy is there. */
    public int port() {
        return port;
    }

    /** Returns the address to connect to, {@code 127.0.0.1}. */
    public String host() {
        return "127.0.0.1";
    }

    /** Sends connections made from now on to another server, e.g. one that was started again on another port. */
    public void target(String host, int serverPort) {
        target = InetSocketAddress.createUnresolved(host, serverPort);
    }

    // Delays

    /** Holds each message for so long; messages behind it are not held up by more. Zero ends it. */
    public void latency(Duration request, Duration reply) {
        requestLatency = new Latency(request, requestLatency.spread());
        replyLatency = new Latency(reply, replyLatency.spread());
    }

    /**
     * Holds each message for a random time up to so long, in addition; the order within a connection stays.
     *
     * <p>Commands of different clients then overtake each other, which shows races that a server hides that does one
     * command at a time.
     */
    public void jitter(Duration request, Duration reply) {
        requestLatency = new Latency(requestLatency.base(), request);
        replyLatency = new Latency(replyLatency.base(), reply);
    }

    /** Lets the clients read so many bytes a second, each connection by itself; {@code Long.MAX_VALUE} ends it. */
    public void throttleReplies(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytes per second: %d (expected: at least 1)".formatted(bytesPerSecond));
        }
        replyRate = bytesPerSecond;
    }

    // Whole connections

    /**
     * Cuts all connections, on both sides; new ones are accepted.
     *
     * @return how many there were
     */
    public int cutAll(Cut how) {
        List<Connection> now = List.copyOf(connections);
        now.forEach(connection -> connection.close(how));
        return now.size();
    }

    /** Refuses new connections as a port does on which nobody listens, until told {@code false}; open ones go on. */
    public void refuse(boolean on) {
        synchronized (door) {
            if (closed) {
                throw new IllegalStateException("proxy to %s is closed".formatted(target));
            }
            try {
                if (on && placeholder == null) {
                    stopListening();
                    placeholder = new Socket(); // bound but deaf, so that nobody else gets the port
                    placeholder.setReuseAddress(true);
                    placeholder.bind(new InetSocketAddress(InetAddress.getByName(host()), port));
                } else if (!on && placeholder != null) {
                    placeholder.close();
                    placeholder = null;
                    listen(port);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("port " + port + " was lost to somebody else", e);
            }
        }
    }

    /**
     * Swallows all bytes both ways and keeps the sockets open, as a host does that has lost its network.
     *
     * <p>Connections that were open meanwhile stay deaf when it ends, for bytes of their messages are missing; those made
     * afterwards work.
     */
    public void halfOpen(boolean on) {
        halfOpen = on;
        if (on) {
            connections.forEach(Connection::deafen);
        }
    }

    /** Returns how many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** Returns how many connections were accepted so far. */
    public long accepted() {
        return accepted.get();
    }

    // Single requests

    /** Forwards requests and swallows their replies; the connection stays open and goes on with the next. */
    public Fault loseReply(When when) {
        return add(when, new Reaction.LoseReply(null));
    }

    /** Forwards requests, waits for their replies, and cuts the connection instead of passing them on. */
    public Fault loseReply(When when, Cut then) {
        return add(when, new Reaction.LoseReply(Objects.requireNonNull(then, "then")));
    }

    /** Passes on so many bytes of a reply, and then cuts the connection. */
    public Fault cutReply(When when, int bytes, Cut then) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: %d (expected: 0 or more)".formatted(bytes));
        }
        return add(when, new Reaction.CutReply(bytes, Objects.requireNonNull(then, "then")));
    }

    /** Holds requests, and what their connections send behind them. */
    public Fault delayRequest(When when, Duration by) {
        return add(when, new Reaction.Delay(by));
    }

    /**
     * Makes requests late: the client's connection is cut at once, the server gets the request so much later all the
     * same, and nothing that the client sent behind it.
     *
     * @see #releaseHeld
     */
    public Fault lateRequest(When when, Duration by, Cut cut) {
        return add(when, new Reaction.Late(by, Objects.requireNonNull(cut, "cut")));
    }

    /**
     * Answers requests in the server's place, which does not see them; see {@link Replies}.
     *
     * <p>With {@link Framing#RESP} the answer waits for the replies to what was asked before.
     */
    public Fault answer(When when, Function<Request, byte[]> reply) {
        return add(when, new Reaction.Answer(Objects.requireNonNull(reply, "reply")));
    }

    private Fault add(When when, Reaction reaction) {
        Fault fault = new Fault(when, reaction, seed + 31 * faultNumbers.incrementAndGet());
        faults.add(fault);
        return fault;
    }

    /** Gives the servers all delayed and late requests now. */
    public void releaseHeld() {
        connections.forEach(Connection::hurry);
    }

    /**
     * Waits until no late request is on its way any more.
     *
     * @throws AssertionError if that took too long
     */
    public synchronized void awaitNoneHeld(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (held > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("late requests: %d (expected: none within %s)".formatted(held, patience));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Ends every fault, delay and refusal; late requests still arrive, deaf connections stay so. */
    public void heal() {
        faults.forEach(Fault::remove);
        faults.clear();
        requestLatency = Latency.NONE;
        replyLatency = Latency.NONE;
        replyRate = Long.MAX_VALUE;
        halfOpen = false;
        refuse(false);
    }

    // Counting

    /**
     * Counts only these requests and their replies, e.g. to leave a driver's heartbeats out; not possible with {@link
     * Framing#RAW}, which knows no replies.
     */
    public void countOnly(Predicate<Request> wanted) {
        if (framing == Framing.RAW) {
            throw new IllegalStateException("counting some requests only (expected: RESP or MONGO framing, is RAW)");
        }
        counted = Objects.requireNonNull(wanted, "wanted");
    }

    /** Returns what was sent and given to clients since {@link #resetCounters}; each counted before it leaves. */
    public synchronized Traffic traffic() {
        return traffic;
    }

    /** Counts from nothing again. */
    public synchronized void resetCounters() {
        traffic = Traffic.NONE;
    }

    /**
     * Runs something that waits for its replies, and returns what that moved.
     *
     * @param call e.g. {@code () -> backend.get(7, Columns.ALL).block()}
     */
    public Traffic measure(Runnable call) {
        Traffic before = traffic();
        call.run();
        return traffic().since(before);
    }

    /**
     * Ends all connections.
     *
     * @throws IllegalStateException if bytes were met that are not of the protocol, or the code of a fault failed; the
     *     connections concerned were cut
     */
    @Override
    public void close() {
        synchronized (door) {
            closed = true;
            try {
                stopListening();
                if (placeholder != null) {
                    placeholder.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        connections.forEach(Connection::closeSockets);
        if (!failures.isEmpty()) {
            IllegalStateException failure = new IllegalStateException("proxy to %s, %s: %s"
                    .formatted(target, framing, failures.get(0).getMessage()));
            failures.forEach(failure::addSuppressed);
            throw failure;
        }
    }

    // What connections ask for

    Framing framing() {
        return framing;
    }

    long seed() {
        return seed;
    }

    Latency requestLatency() {
        return requestLatency;
    }

    Latency replyLatency() {
        return replyLatency;
    }

    long replyRate() {
        return replyRate;
    }

    Reaction reactionTo(Request request, Reaction otherwise) {
        for (Fault fault : faults) {
            Reaction reaction = fault.consider(request);
            if (reaction != null) {
                return reaction;
            }
        }
        return otherwise;
    }

    void count(Request request) {
        Predicate<Request> filter = counted;
        if (filter == null || filter.test(request)) {
            synchronized (this) {
                traffic = traffic.plusRequest(request.size());
            }
        }
    }

    /** Counts a reply, of which the request is not known if it was pushed. */
    void countReply(@Nullable Request request, long bytes) {
        Predicate<Request> filter = counted;
        if (filter == null || request != null && filter.test(request)) {
            synchronized (this) {
                traffic = traffic.plusReply(bytes);
            }
        }
    }

    synchronized void held(int change) {
        held += change;
        notifyAll();
    }

    void failed(RuntimeException failure) {
        failures.add(failure);
    }

    void gone(Connection connection) {
        connections.remove(connection);
    }

    // Accepting

    private int listen(int wanted) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName(host()), wanted), 512);
        synchronized (door) {
            listener = socket;
            accepting = daemon(() -> accept(socket), socket.getLocalPort());
        }
        return socket.getLocalPort();
    }

    /** Ends listening for sure: the system keeps the port while a thread waits in it. */
    private void stopListening() throws IOException {
        try {
            if (listener != null) {
                listener.close();
            }
            if (accepting != null) {
                accepting.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while closing the port");
        }
    }

    private static Thread daemon(Runnable work, int number) {
        Thread thread = new Thread(work, "fault-proxy-" + number);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept(ServerSocket socket) {
        while (true) {
            try {
                Socket client = socket.accept();
                long number = accepted.getAndIncrement();
                daemon(() -> connect(client, number), port);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client, long number) {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(target.getHostString(), target.getPort()), CONNECT_MILLIS);
            Connection connection = new Connection(this, number, client, server);
            connections.add(connection);
            if (halfOpen) {
                connection.deafen();
            }
            connection.start();
            if (closed) {
                connection.closeSockets();
            }
        } catch (IOException e) {
            try (client;
                    server) {
                client.setSoLinger(true, 0); // the server is not there, so the client shall see a failure, not an end
            } catch (IOException again) {
                e.addSuppressed(again);
            }
        }
    }
}

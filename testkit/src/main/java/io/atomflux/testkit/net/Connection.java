package io.atomflux.testkit.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection and the one to the server that belongs to it.
 *
 * <p>Four threads: one reads what the client sends and one what the server sends; each hands whole messages to an {@link
 * Outlet}, whose thread writes them on. So a delay holds a message without holding the ones read behind it.
 */
final class Connection {

    private static final int PIECE = 16 << 10;
    private static final Reaction PASS = new Reaction.Pass();

    /** A request whose reply has not come, or one answered in the server's place, which waits for its turn. */
    private record Expected(Request request, Reaction reaction, byte @Nullable [] answer) {}

    private final FaultProxy proxy;
    private final long number;
    private final Socket client;
    private final Socket server;
    private final Outlet toServer;
    private final Outlet toClient;
    private final Jitter requestJitter;
    private final Jitter replyJitter;
    private final ArrayDeque<Expected> inOrder = new ArrayDeque<>(); // guarded by this, as are the next two
    private final Map<Integer, Expected> byId = new HashMap<>();
    private boolean subscribed;
    private final AtomicInteger reading = new AtomicInteger(2);
    private final AtomicBoolean cut = new AtomicBoolean();
    private final AtomicBoolean holding = new AtomicBoolean(); // a late request
    private volatile boolean deaf;
    private volatile boolean late;
    private long requests; // of the thread that reads them

    Connection(FaultProxy proxy, long number, Socket client, Socket server) throws IOException {
        this.proxy = proxy;
        this.number = number;
        this.client = client;
        this.server = server;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        this.toServer = new Outlet(server.getOutputStream(), () -> Long.MAX_VALUE);
        this.toClient = new Outlet(client.getOutputStream(), proxy::replyRate);
        this.requestJitter = new Jitter(proxy.seed() + 2 * number);
        this.replyJitter = new Jitter(proxy.seed() + 2 * number + 1);
    }

    void start() {
        thread("requests", () -> {
            try {
                read(client.getInputStream(), this::onRequest, toServer, server);
            } finally {
                ended(deaf);
            }
        });
        thread("replies", () -> {
            try {
                read(server.getInputStream(), this::onReply, toClient, client);
            } finally {
                ended(late);
            }
        });
        thread("to-server", toServer::run);
        thread("to-client", toClient::run);
    }

    /** Something that a closed socket ends. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void thread(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException e) {
                        close(Cut.RST); // one side is gone, so the other goes as well
                    } catch (RuntimeException e) {
                        proxy.failed(e);
                        close(Cut.RST);
                    }
                },
                "fault-proxy-%d-%d-%s".formatted(proxy.port(), number, name));
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes one whole message. */
    private interface Sink {
        void take(byte[] message);
    }

    private void read(InputStream in, Sink sink, Outlet outlet, Socket other) throws IOException, InterruptedException {
        Cutter cutter = proxy.framing().cutter();
        byte[] piece = new byte[PIECE];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            if (deaf || cut.get() && !late) {
                continue; // what arrives now is lost
            }
            List<byte[]> messages = cutter.feed(piece, count);
            for (byte[] message : messages) {
                outlet.awaitRoom();
                sink.take(message);
            }
        }
        if (!deaf && !cut.get()) {
            outlet.then(() -> endOf(other));
        }
    }

    /** Notes the end of one stream: of a cut connection the second ends it, of others the one that still counts. */
    private void ended(boolean decisive) {
        if (reading.decrementAndGet() == 0 && cut.get() || decisive) {
            closeSockets();
        }
    }

    /** Passes the end of a stream on; the second one ends the connection. */
    private void endOf(Socket socket) {
        try {
            if (socket == client) {
                closeSockets();
            } else {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            close(Cut.RST);
        }
    }

    private void onRequest(byte[] message) {
        if (cut.get() || late) {
            return;
        }
        Request request = new Request(proxy.framing(), message, number, requests++);
        proxy.count(request);
        proxy.reactionTo(request, PASS).onRequest(this, request);
    }

    /** Remembers what to do with the reply, if there will be one. */
    synchronized void expectReply(Request request, Reaction reaction) {
        subscribed |= request.isSubscription();
        switch (proxy.framing()) {
            case RAW -> {
                if (reaction != PASS) {
                    inOrder.add(new Expected(request, reaction, null));
                }
            }
            case RESP -> {
                if (request.isAnswered()) {
                    inOrder.add(new Expected(request, reaction, null));
                }
            }
            case MONGO -> {
                if (request.isAnswered()) {
                    byId.put(request.requestId(), new Expected(request, reaction, null));
                }
            }
        }
    }

    void forward(Request request, Duration delay) {
        long due = System.nanoTime() + proxy.requestLatency().next(requestJitter) + delay.toNanos();
        toServer.put(request.shared(), due);
    }

    /** Gives the server a request when the client is gone; nothing the client sent behind it arrives. */
    void forwardLate(Request request, Duration delay, Cut how) {
        late = true;
        holding.set(true);
        proxy.held(1);
        forward(request, delay);
        toServer.then(() -> {
            released();
            if (proxy.framing() == Framing.RAW || !request.isAnswered()) {
                endOf(server); // else its reply ends the connection: some servers drop what a closed one has sent
            }
        });
        cutBehindReplies(how);
    }

    private void released() {
        if (holding.compareAndSet(true, false)) {
            proxy.held(-1);
        }
    }

    /** Answers in the server's place, behind the replies to what was asked before. */
    synchronized void answer(Request request, byte[] reply) {
        if (proxy.framing() == Framing.RESP && !inOrder.isEmpty()) {
            inOrder.add(new Expected(request, PASS, reply));
        } else {
            deliver(reply, request);
        }
    }

    private synchronized void onReply(byte[] reply) {
        if (cut.get() && !late) {
            return;
        }
        Expected expected = expected(reply);
        if (expected == null) {
            deliver(reply, null);
            return;
        }
        expected.reaction.onReply(this, expected.request, reply);
        while (!inOrder.isEmpty() && inOrder.peek().answer != null) {
            Expected own = inOrder.remove();
            deliver(Objects.requireNonNull(own.answer), own.request);
        }
    }

    private @Nullable Expected expected(byte[] reply) {
        return switch (proxy.framing()) {
            case RAW -> inOrder.poll();
            case RESP -> isPush(reply) ? null : inOrder.poll();
            case MONGO -> byId.remove(LittleEndian.intAt(reply, 8));
        };
    }

    private boolean isPush(byte[] reply) {
        return reply[0] == '>' || subscribed && reply[0] == '*' && PushedReplies.isOne(reply);
    }

    /** Gives the client a message. */
    void deliver(byte[] reply, @Nullable Request request) {
        if (cut.get()) {
            return;
        }
        proxy.countReply(request, reply.length);
        toClient.put(reply, System.nanoTime() + proxy.replyLatency().next(replyJitter));
    }

    /** Cuts when the client was given all that is on its way; nothing is added to that. */
    void cutBehindReplies(Cut how) {
        toClient.then(() -> close(how));
    }

    /** Loses everything both ways from now on, and keeps the sockets open. */
    void deafen() {
        deaf = true;
        toClient.close();
        toServer.close();
    }

    void hurry() {
        toServer.hurry();
    }

    /** Cuts both sides, but not that of the server while it has yet to be given a late request. */
    void close(Cut how) {
        if (!cut.compareAndSet(false, true)) {
            return;
        }
        toClient.close();
        apply(how, client);
        if (!late) {
            toServer.close();
            apply(how, server);
        }
        if (how == Cut.RST && !late || reading.get() == 0) {
            closeSockets();
        }
    }

    private static void apply(Cut how, Socket socket) {
        try {
            how.apply(socket);
        } catch (IOException e) {
            closeQuietly(socket); // the other side was faster
        }
    }

    /** Ends all, whatever state it is in. */
    void closeSockets() {
        cut.set(true);
        toClient.close();
        toServer.close();
        closeQuietly(client);
        closeQuietly(server);
        released();
        proxy.gone(this);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // closed is what it shall be
        }
    }
}

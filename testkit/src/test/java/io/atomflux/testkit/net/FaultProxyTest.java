package io.atomflux.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy before a tiny server that speaks RESP. */
@Timeout(60)
class FaultProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TinyServer server;
    private FaultProxy proxy;
    private final List<Client> clients = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new TinyServer();
        proxy = FaultProxy.to("127.0.0.1", server.port(), Framing.RESP, 42);
    }

    @AfterEach
    void stop() throws Exception {
        for (Client client : clients) {
            client.close();
        }
        proxy.close();
        server.close();
        awaitNoThreads();
    }

    /** All threads end with the connections. */
    private void awaitNoThreads() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("fault-proxy-" + proxy.port())) {
                thread.join(PATIENCE.toMillis());
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
        assertThat(proxy.connections()).isZero();
    }

    private final class Client implements AutoCloseable {
        final Socket socket = new Socket(proxy.host(), proxy.port());
        final InputStream in = socket.getInputStream();

        Client() throws IOException {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            clients.add(this);
        }

        void send(String... words) throws IOException {
            socket.getOutputStream().write(TinyServer.command(words));
        }

        /** Reads a reply of one or two lines, and returns the last. */
        String reply() throws IOException {
            String line = TinyServer.line(in);
            return line.startsWith("$") ? TinyServer.line(in) : line;
        }

        String call(String... words) throws IOException {
            send(words);
            return reply();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void awaitReset(Client client) {
        assertThatThrownBy(() -> client.in.read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    @DisplayName("passes messages on, many of a segment as well, and counts each")
    void passesOn() throws Exception {
        Client client = new Client();
        assertThat(client.call("ECHO", "one")).isEqualTo("one");
        proxy.resetCounters();
        ByteArrayOutputStream segment = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            segment.write(TinyServer.command("ECHO", "n" + i % 10));
        }
        Traffic moved = proxy.measure(() -> {
            try {
                client.socket.getOutputStream().write(segment.toByteArray());
                for (int i = 0; i < 50; i++) {
                    assertThat(client.reply()).isEqualTo("n" + i % 10);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(moved).isEqualTo(new Traffic(50, segment.size(), 50, 50 * 8)).isEqualTo(proxy.traffic());
        assertThat(moved.bytes()).isEqualTo(segment.size() + 400);
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @Test
    @DisplayName("counts only the commands wanted and their replies")
    void countsSome() throws Exception {
        proxy.countOnly(request -> request.command().equals("ADD"));
        Client client = new Client();
        client.call("ECHO", "a");
        client.call("ADD");
        assertThat(proxy.traffic()).isEqualTo(new Traffic(1, TinyServer.command("ADD").length, 1, 4));
    }

    @Test
    @DisplayName("loses the reply of an applied command and resets the connection")
    void losesReplyAndResets() throws Exception {
        Fault fault = proxy.loseReply(When.nth(2).command("ADD"), Cut.RST);
        Client client = new Client();
        assertThat(client.call("ADD")).isEqualTo(":1");
        assertThat(client.call("ECHO", "b")).isEqualTo("b");
        client.send("ADD");
        awaitReset(client);
        fault.awaitFired(1, PATIENCE);
        assertThat(server.commands()).hasSize(3);
        assertThat(new Client().call("ADD")).isEqualTo(":4");
        assertThat(fault.fired()).isEqualTo(1);
    }

    @Test
    @DisplayName("delivers the replies before a lost one, then ends the stream in order")
    void losesReplyBehindOthers() throws Exception {
        proxy.loseReply(When.nth(3), Cut.FIN);
        Client client = new Client();
        for (int i = 0; i < 4; i++) {
            client.send("ADD");
        }
        assertThat(client.reply()).isEqualTo(":1");
        assertThat(client.reply()).isEqualTo(":2");
        assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        server.awaitCommands(3);
    }

    @Test
    @DisplayName("loses a reply and keeps the connection, whose next reply comes")
    void losesReplyAndKeeps() throws Exception {
        proxy.loseReply(When.next().matching(request -> request.contains("lost")));
        Client client = new Client();
        client.send("ECHO", "kept");
        client.send("ECHO", "lost");
        client.send("ECHO", "next");
        assertThat(client.reply()).isEqualTo("kept");
        assertThat(client.reply()).isEqualTo("next");
        assertThat(server.commands()).hasSize(3);
    }

    @Test
    @DisplayName("hits with a probability, the same requests for the same seed, until removed")
    void hitsAtRandom() throws Exception {
        List<List<String>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (FaultProxy seeded = FaultProxy.to("127.0.0.1", server.port(), Framing.RESP, 7)) {
                Fault fault = seeded.loseReply(When.withProbability(0.3));
                List<String> heard = new ArrayList<>();
                try (Socket socket = new Socket(seeded.host(), seeded.port())) {
                    for (int i = 0; i < 100; i++) {
                        socket.getOutputStream().write(TinyServer.command("ECHO", "" + i));
                    }
                    fault.awaitFired(10, PATIENCE);
                    server.awaitCommands(101 * run + 100);
                    fault.remove();
                    socket.getOutputStream().write(TinyServer.command("ECHO", "last"));
                    while (!heard.contains("last")) {
                        TinyServer.line(socket.getInputStream());
                        heard.add(TinyServer.line(socket.getInputStream()));
                    }
                }
                assertThat(heard).hasSize(101 - (int) fault.fired()).hasSizeBetween(50, 90);
                runs.add(heard);
            }
        }
        assertThat(runs.get(1)).isEqualTo(runs.get(0));
    }

    @Test
    @DisplayName("gives the server a late request after the client was cut, and nothing that was sent behind it")
    void delivers() throws Exception {
        proxy.lateRequest(When.next().command("ADD"), Duration.ofMinutes(5), Cut.RST);
        Client client = new Client();
        assertThat(client.call("ECHO", "before")).isEqualTo("before");
        client.socket.getOutputStream().write(concat(TinyServer.command("ADD"), TinyServer.command("ECHO", "behind")));
        awaitReset(client);
        assertThat(new Client().call("ECHO", "other")).isEqualTo("other");
        assertThat(server.commands()).hasSize(2);
        assertThatThrownBy(() -> proxy.awaitNoneHeld(Duration.ofMillis(1))).isInstanceOf(AssertionError.class);
        proxy.releaseHeld();
        proxy.awaitNoneHeld(PATIENCE);
        server.awaitCommands(3);
        assertThat(server.commands().get(2)).containsExactly("ADD");
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    @DisplayName("holds a request and lets other connections overtake it")
    void delaysRequest() throws Exception {
        Fault fault = proxy.delayRequest(When.next().command("ADD"), Duration.ofMinutes(5));
        Client slow = new Client();
        slow.send("ADD");
        fault.awaitFired(1, PATIENCE);
        assertThat(new Client().call("ADD")).isEqualTo(":1");
        proxy.releaseHeld();
        assertThat(slow.reply()).isEqualTo(":2");
    }

    @Test
    @DisplayName("cuts in the middle of a reply")
    void cutsReply() throws Exception {
        proxy.cutReply(When.next(), 6, Cut.FIN);
        Client client = new Client();
        client.send("ECHO", "twelve bytes");
        assertThat(new String(client.in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("$12\r\nt");
        proxy.cutReply(When.next(), 0, Cut.RST);
        Client other = new Client();
        other.send("ECHO", "x");
        awaitReset(other);
        assertThat(server.commands()).hasSize(2);
    }

    @Test
    @DisplayName("answers in the server's place, in the order of the requests")
    void answers() throws Exception {
        proxy.answer(When.always().command("SET"), Replies.redisError("READONLY no"));
        Client client = new Client();
        client.send("SET", "a");
        client.send("ECHO", "1");
        client.send("SET", "b");
        client.send("SET", "c");
        client.send("ECHO", "2");
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            replies.add(client.reply());
        }
        assertThat(replies).containsExactly("-READONLY no", "1", "-READONLY no", "-READONLY no", "2");
        assertThat(server.commands()).hasSize(2);
    }

    @Test
    @DisplayName("does not take pushed messages for replies")
    void knowsPushes() throws Exception {
        proxy.loseReply(When.next().command("PUSH"));
        Client client = new Client();
        client.send("PUSH");
        client.send("SUBSCRIBE", "c");
        proxy.loseReply(When.nth(1).command("ECHO"));
        client.send("ECHO", "lost");
        client.send("ECHO", "kept");
        StringBuilder all = new StringBuilder();
        while (!all.toString().contains("kept")) {
            all.append(TinyServer.line(client.in)).append(' ');
        }
        assertThat(all.toString())
                .isEqualTo(">2 $7 message $2 hi *3 $9 subscribe $1 c :1 *3 $7 message $1 c $2 hi $4 kept ");
    }

    @Test
    @DisplayName("cuts all connections, by reset or in order")
    void cutsAll() throws Exception {
        Client reset = new Client();
        reset.call("ADD");
        assertThat(proxy.cutAll(Cut.RST)).isEqualTo(1);
        awaitReset(reset);
        Client ended = new Client();
        ended.call("ADD");
        proxy.cutAll(Cut.FIN);
        assertThat(ended.in.read()).isEqualTo(-1);
        ended.close();
        assertThat(new Client().call("ADD")).isEqualTo(":3");
    }

    @Test
    @DisplayName("refuses new connections while open ones go on, and accepts again on the same port")
    void refuses() throws Exception {
        Client before = new Client();
        before.call("ADD");
        proxy.refuse(true);
        proxy.refuse(true);
        assertThatThrownBy(Client::new).isInstanceOf(ConnectException.class);
        assertThat(before.call("ADD")).isEqualTo(":2");
        proxy.refuse(false);
        assertThat(new Client().call("ADD")).isEqualTo(":3");
    }

    @Test
    @DisplayName("half-open connections take all and give nothing, also after others work again")
    void swallows() throws Exception {
        Client client = new Client();
        client.call("ADD");
        proxy.halfOpen(true);
        Client during = new Client();
        for (Client deaf : List.of(client, during)) {
            deaf.send("ADD");
            deaf.socket.setSoTimeout(150);
            assertThatThrownBy(() -> deaf.in.read()).isInstanceOf(SocketTimeoutException.class);
        }
        proxy.halfOpen(false);
        assertThat(new Client().call("ADD")).isEqualTo(":2");
        client.send("ADD");
        assertThatThrownBy(() -> client.in.read()).isInstanceOf(SocketTimeoutException.class);
        assertThat(proxy.connections()).isEqualTo(3);
    }

    @Test
    @DisplayName("holds messages for the latency without holding up those behind them")
    void delays() throws Exception {
        proxy.latency(Duration.ofMillis(60), Duration.ofMillis(60));
        proxy.jitter(Duration.ofMillis(1), Duration.ofMillis(1));
        Client client = new Client();
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            client.send("ADD");
        }
        for (int i = 1; i <= 100; i++) {
            assertThat(client.reply()).isEqualTo(":" + i);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).isBetween(Duration.ofMillis(120), Duration.ofMillis(100 * 60));
        proxy.heal();
        assertThat(client.call("ADD")).isEqualTo(":101");
    }

    @Test
    @DisplayName("lets commands of different connections overtake each other under jitter")
    void jitters() throws Exception {
        proxy.jitter(Duration.ofMillis(200), Duration.ZERO);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(new Client());
        }
        for (int i = 0; i < 10; i++) {
            clients.get(i).send("ECHO", "" + i);
        }
        server.awaitCommands(10);
        List<String> order =
                server.commands().stream().map(words -> words.get(1)).toList();
        assertThat(order)
                .doesNotHaveDuplicates()
                .isNotEqualTo(order.stream().sorted().toList());
    }

    @Test
    @DisplayName("gives replies at the rate set")
    void throttles() throws Exception {
        proxy.throttleReplies(100_000);
        Client client = new Client();
        long start = System.nanoTime();
        assertThat(client.call("BIG", "30000")).hasSize(30_000);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(250));
        proxy.throttleReplies(Long.MAX_VALUE);
        assertThat(client.call("BIG", "3000000")).hasSize(3_000_000);
    }

    @Test
    @DisplayName("does not read on while a client does not read")
    void bounds() throws Exception {
        Client client = new Client();
        for (int i = 0; i < 200; i++) {
            client.send("BIG", "1000000");
        }
        client.send("ECHO", "end");
        assertThat(client.reply()).hasSize(1_000_000);
        assertThat(proxy.traffic().replyBytes()).isLessThan(50_000_000);
        proxy.cutAll(Cut.RST);
    }

    @Test
    @DisplayName("resets clients when the server is gone, and finds it again elsewhere")
    void followsServer() throws Exception {
        Client client = new Client();
        client.call("ADD");
        int port = server.port();
        server.close();
        assertThat(client.in.read()).isEqualTo(-1);
        try (Socket placeholder = new Socket()) { // bound but deaf, so that nobody else gets the port
            placeholder.setReuseAddress(true);
            placeholder.bind(new InetSocketAddress("127.0.0.1", port));
            try (Client lost = new Client()) {
                assertThatThrownBy(() -> assertThat(lost.in.read()).isZero()).isInstanceOf(SocketException.class);
            }
        }
        try (TinyServer next = new TinyServer()) {
            proxy.target("127.0.0.1", next.port());
            assertThat(new Client().call("ADD")).isEqualTo(":1");
        }
    }

    @Test
    @DisplayName("says so when the bytes are of another protocol")
    void refusesOthers() throws Exception {
        FaultProxy other = FaultProxy.to("127.0.0.1", server.port(), Framing.RESP);
        try (Socket socket = new Socket(other.host(), other.port())) {
            socket.getOutputStream().write("*x\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(other::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("length \"x\" (expected: a number)");
    }

    @Test
    @DisplayName("arguments out of range are refused at the call")
    void refusesArguments() {
        assertThatThrownBy(() -> proxy.throttleReplies(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.latency(Duration.ofMillis(-1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.cutReply(When.next(), -1, Cut.RST)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> When.nth(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> When.withProbability(1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Replies.redisError("a\r\nb")).isInstanceOf(IllegalArgumentException.class);
    }
}

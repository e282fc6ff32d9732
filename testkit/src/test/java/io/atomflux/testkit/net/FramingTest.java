package io.atomflux.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How bytes are cut into messages, and MongoDB's through the proxy. */
@Timeout(60)
class FramingTest {

    private static final List<String> VALUES = List.of(
            "+OK\r\n",
            "-ERR a\r\n",
            ":-12\r\n",
            "$0\r\n\r\n",
            "$-1\r\n",
            "$6\r\n\r\n$1\r\n\r\n",
            "*0\r\n",
            "*-1\r\n",
            "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n",
            "_\r\n",
            "#t\r\n",
            ",1.5\r\n",
            "(123456789012345678901234567890\r\n",
            "=7\r\ntxt:a\r\n\r\n",
            "!5\r\nERR x\r\n",
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
            "~2\r\n:1\r\n:2\r\n",
            "|1\r\n+ttl\r\n:3600\r\n*1\r\n$1\r\nv\r\n",
            ">2\r\n$7\r\nmessage\r\n$1\r\nm\r\n",
            "PING inline\r\n",
            "\r\n");

    private static List<String> cut(Cutter cutter, byte[] bytes, SplittableRandom random) {
        List<String> messages = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int piece = Math.min(bytes.length - at, random.nextInt(1, 12));
            for (byte[] message : cutter.feed(Arrays.copyOfRange(bytes, at, at + piece), piece)) {
                messages.add(new String(message, StandardCharsets.ISO_8859_1));
            }
            at += piece;
        }
        return messages;
    }

    @Test
    @DisplayName("values of RESP 2 and 3 are found whole however they arrive")
    void cutsResp() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                sent.add(VALUES.get(random.nextInt(VALUES.size())));
            }
            byte[] bytes = String.join("", sent).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(cut(Framing.RESP.cutter(), bytes, random))
                    .as("seed %d", seed)
                    .isEqualTo(sent);
        }
    }

    private static byte[] mongo(int id, int responseTo, int operation, byte[] body) {
        return ByteBuffer.allocate(16 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(16 + body.length)
                .putInt(id)
                .putInt(responseTo)
                .putInt(operation)
                .put(body)
                .array();
    }

    /** A document whose first key is given, with the value true. */
    private static byte[] document(String key) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + name.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(8 + name.length)
                .put((byte) 8)
                .put(name)
                .put((byte) 0)
                .put((byte) 1)
                .put((byte) 0)
                .array();
    }

    private static byte[] message(int id, int flags, String command) {
        byte[] document = document(command);
        byte[] body = ByteBuffer.allocate(5 + document.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(flags)
                .put((byte) 0)
                .put(document)
                .array();
        return mongo(id, 0, 2013, body);
    }

    @Test
    @DisplayName("messages of MongoDB are cut by their length, and a wrong length is refused")
    void cutsMongo() {
        byte[] one = message(1, 0, "find");
        byte[] two = message(2, 0, "findAndModify");
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(one);
        both.writeBytes(two);
        assertThat(cut(Framing.MONGO.cutter(), both.toByteArray(), new SplittableRandom(1)))
                .containsExactly(
                        new String(one, StandardCharsets.ISO_8859_1), new String(two, StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Framing.MONGO.cutter().feed(new byte[4], 4)).isInstanceOf(BadFrameException.class);
    }

    @Test
    @DisplayName("commands are seen in messages, also behind documents, and in old queries")
    void namesCommands() {
        byte[] sequence = {1, 9, 0, 0, 0, 'd', 'o', 'c', 's', 0};
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[4]);
        body.writeBytes(sequence);
        body.write(0);
        body.writeBytes(document("insert"));
        ByteArrayOutputStream query = new ByteArrayOutputStream();
        query.writeBytes(new byte[4]);
        query.writeBytes("admin.$cmd\0".getBytes(StandardCharsets.UTF_8));
        query.writeBytes(new byte[8]);
        query.writeBytes(document("isMaster"));
        assertThat(request(message(7, 0, "hello")).command()).isEqualTo("hello");
        assertThat(request(message(7, 0, "hello")).requestId()).isEqualTo(7);
        assertThat(request(mongo(1, 0, 2013, body.toByteArray())).command()).isEqualTo("insert");
        assertThat(request(mongo(1, 0, 2004, query.toByteArray())).command()).isEqualTo("isMaster");
        assertThat(request(mongo(1, 0, 2012, new byte[9])).command()).isEmpty();
        byte[] inline = "get key\r\n".getBytes(StandardCharsets.UTF_8);
        assertThat(new Request(Framing.RESP, inline, 0, 0).command()).isEqualTo("GET");
        assertThat(new Request(Framing.RAW, inline, 0, 0).command()).isEmpty();
        assertThatThrownBy(() -> new Request(Framing.RESP, inline, 0, 0).requestId())
                .isInstanceOf(IllegalStateException.class);
    }

    private static Request request(byte[] bytes) {
        return new Request(Framing.MONGO, bytes, 0, 0);
    }

    @Test
    @DisplayName("a reply of MongoDB is told by the request it names, in whichever order replies come")
    void matchesMongo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
                FaultProxy proxy = FaultProxy.to("127.0.0.1", server.getLocalPort(), Framing.MONGO);
                Socket client = new Socket(proxy.host(), proxy.port());
                Socket there = server.accept()) {
            proxy.loseReply(When.next().command("lost"));
            proxy.answer(When.always().command("failing"), Replies.mongo(request -> document(request.command())));
            OutputStream out = client.getOutputStream();
            out.write(message(1, 0, "kept"));
            out.write(message(2, 0, "lost"));
            out.write(message(3, 2, "unanswered"));
            out.write(message(4, 0, "failing"));
            assertThat(id(read(client.getInputStream()))).isEqualTo(4);
            for (int i = 1; i <= 3; i++) {
                assertThat(ByteBuffer.wrap(read(there.getInputStream()))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(4))
                        .isEqualTo(i);
            }
            there.getOutputStream().write(mongo(11, 2, 2013, new byte[5]));
            there.getOutputStream().write(mongo(12, 99, 2013, new byte[5]));
            there.getOutputStream().write(mongo(13, 1, 2013, new byte[5]));
            assertThat(id(read(client.getInputStream()))).isEqualTo(99);
            assertThat(id(read(client.getInputStream()))).isEqualTo(1);
            assertThat(proxy.traffic().requests()).isEqualTo(4);
            assertThat(proxy.traffic().replies()).isEqualTo(3);
        }
    }

    private static int id(byte[] reply) {
        return ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    }

    private static byte[] read(InputStream in) throws IOException {
        byte[] length = in.readNBytes(4);
        byte[] rest = in.readNBytes(
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt() - 4);
        byte[] all = Arrays.copyOf(length, 4 + rest.length);
        System.arraycopy(rest, 0, all, 4, rest.length);
        return all;
    }

    @Test
    @DisplayName("raw bytes pass, and a lost reply is the piece that comes next")
    void passesRaw() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
                FaultProxy proxy = FaultProxy.to("127.0.0.1", server.getLocalPort(), Framing.RAW);
                Socket client = new Socket(proxy.host(), proxy.port());
                Socket there = server.accept()) {
            client.getOutputStream().write(new byte[] {1, 2, 3});
            assertThat(there.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
            there.getOutputStream().write(4);
            assertThat(client.getInputStream().read()).isEqualTo(4);
            proxy.loseReply(When.next(), Cut.RST);
            client.getOutputStream().write(5);
            assertThat(there.getInputStream().read()).isEqualTo(5);
            there.getOutputStream().write(6);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> proxy.countOnly(request -> true)).isInstanceOf(IllegalStateException.class);
        }
    }
}

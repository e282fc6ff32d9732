package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.DisposableServer;

/** {@code SERVICE.md} shows what comes out: its commands are run in their order, with other ports. */
class ServicePageTest {

    private static final Pattern BLOCK = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile(
            "^\\$ (curl|redis-cli)( -[is])? ([^ \n]+)(?: --data-binary '([^']*)'| .*)?$", Pattern.MULTILINE);

    @Test
    @DisplayName("the page of the service shows the answers as they are")
    void showsWhatComesOut(@TempDir Path folder) throws Exception {
        String page = Files.readString(Path.of("SERVICE.md"));
        StringBuilder shown = new StringBuilder();
        StringBuilder real = new StringBuilder();
        int commands = 0;
        Redis redis = Redis.start(folder);
        AtomsIO atoms = AtomsIO.open("redis://localhost:" + redis.port());
        DisposableServer server = new FrameService(atoms, Served.PATIENCE).start(0);
        try {
            Matcher block = BLOCK.matcher(page);
            while (block.find()) {
                shown.append(block.group(1));
                Matcher command = COMMAND.matcher(block.group(1));
                while (command.find()) {
                    commands++;
                    real.append(command.group()).append('\n');
                    if (command.group(1).equals("redis-cli")) {
                        redis.stop();
                        Served.eventually(
                                "the driver knows that Redis is gone",
                                () -> curl(server.port(), "localhost:8080/health", null)
                                        .contains("not connected"));
                    } else {
                        String answer = curl(server.port(), command.group(3), command.group(4));
                        real.append(
                                " -i".equals(command.group(2)) ? answer : answer.substring(answer.indexOf("\n\n") + 2));
                    }
                }
            }
        } finally {
            server.disposeNow(Served.PATIENCE);
            atoms.close().block(Served.PATIENCE);
            redis.close();
        }
        assertThat(commands).isEqualTo(10);
        assertThat(real.toString().replace("localhost:" + redis.port(), "localhost:6379"))
                .isEqualTo(shown.toString());
    }

    /** Asks as curl does; answers head and body, of which a stream is put together. */
    private static String curl(int port, String url, String body) {
        try {
            return asked(port, url, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String asked(int port, String url, String body) throws IOException {
        String path = url.substring("localhost:8080".length());
        String request = body == null
                ? "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
                : "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body;
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout((int) Served.PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            int length = -1;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                head.append(line).append('\n');
                if (line.startsWith("content-length: ")) {
                    length = Integer.parseInt(line.substring("content-length: ".length()));
                }
            }
            head.append('\n');
            if (length >= 0) {
                return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
            }
            for (int part = Integer.parseInt(line(in), 16); part > 0; part = Integer.parseInt(line(in), 16)) {
                head.append(new String(in.readNBytes(part), StandardCharsets.UTF_8));
                line(in);
            }
            return head.toString();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            assertThat(c).as("after " + line).isNotNegative();
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}

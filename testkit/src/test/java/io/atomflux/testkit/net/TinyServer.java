package io.atomflux.testkit.net;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Answers commands in RESP and remembers them; knows ECHO, ADD (the number of commands so far), PUSH and BIG. */
final class TinyServer implements AutoCloseable {

    private final ServerSocket listener;
    private final Thread accepting;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<List<String>> commands = new ArrayList<>(); // guarded by this

    TinyServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        accepting = daemon(() -> {
            while (true) {
                Socket socket = listener.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized List<List<String>> commands() {
        return List.copyOf(commands);
    }

    synchronized void awaitCommands(int count) throws InterruptedException {
        long end = System.currentTimeMillis() + 30_000;
        while (commands.size() < count && System.currentTimeMillis() < end) {
            wait(100);
        }
        if (commands.size() < count) {
            throw new AssertionError("commands: " + commands + " (expected: " + count + ")");
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Thread daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // the socket was closed
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void serve(Socket socket) throws IOException {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            while (true) {
                List<String> command = read(in);
                int number;
                synchronized (this) {
                    commands.add(command);
                    number = commands.size();
                    notifyAll();
                }
                out.write(reply(command, number));
                out.flush();
            }
        } finally {
            open.remove(socket);
        }
    }

    private static byte[] reply(List<String> command, int number) {
        String text = switch (command.get(0)) {
            case "ADD" -> ":" + number + "\r\n";
            case "PUSH" -> ">2\r\n$7\r\nmessage\r\n$2\r\nhi\r\n+PUSHED\r\n";
            case "SUBSCRIBE" ->
                "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
            case "BIG" -> "$" + command.get(1) + "\r\n" + "x".repeat(Integer.parseInt(command.get(1))) + "\r\n";
            default -> "$" + command.get(1).length() + "\r\n" + command.get(1) + "\r\n";
        };
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> read(InputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = Integer.parseInt(line(in).substring(1));
            words.add(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
            line(in);
        }
        return words;
    }

    /** Reads a line without its end. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Writes a command. */
    static byte[] command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Nobody is accepted any more when this returns: the system keeps the port while a thread waits in it. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while closing the port");
        }
        for (Socket socket : open) {
            socket.close();
        }
    }
}

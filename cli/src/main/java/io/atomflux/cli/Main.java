package io.atomflux.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Entry point of the command {@code atomflux}. */
public final class Main {

    /** Held here, as the JDK forgets the levels of loggers that nobody holds. */
    private static final List<Logger> DRIVERS =
            List.of(Logger.getLogger("io.lettuce"), Logger.getLogger("io.netty"), Logger.getLogger("org.mongodb"));

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code: 0 done, 1 something found wrong, 2 could not be done.
     *
     * @param args as typed
     */
    public static void main(String[] args) {
        // Drivers log each attempt to connect anew; the command says what came of it, once.
        DRIVERS.forEach(logger -> logger.setLevel(Level.OFF));
        // A PrintStream would hide that the reader of a pipe has gone away; a FileOutputStream tells.
        Console console = new Console(
                new FileOutputStream(FileDescriptor.out),
                new PrintWriter(new FileOutputStream(FileDescriptor.err), true, errorCharset()),
                Boolean.getBoolean("atomflux.stderr.tty"));
        System.exit(Cli.run(console, args));
    }

    private static Charset errorCharset() {
        // Told by JDK 18 and later; before, the default is the terminal's.
        String name = System.getProperty("stderr.encoding", System.getProperty("native.encoding", ""));
        return Charset.isSupported(name.isEmpty() ? "?" : name) ? Charset.forName(name) : Charset.defaultCharset();
    }
}

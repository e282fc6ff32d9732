package io.atomflux.redis;

import static io.atomflux.redis.TestCommands.bytes;

import io.atomflux.testkit.BlockHoundGuard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A process with a native transport: runs one script at the location given, and prints its reply. */
final class SocketProcess {

    private SocketProcess() {}

    public static void main(String[] args) {
        BlockHoundGuard.install();
        try (TestCommands commands = TestCommands.open(args[0])) {
            byte[] reply = (byte[]) commands.get()
                    .eval(
                            Scripts.of("return 'hello ' .. ARGV[1]", false),
                            List.of(bytes("k")),
                            List.of(bytes("socket")))
                    .block(Duration.ofSeconds(60));
            System.out.println(new String(reply, StandardCharsets.UTF_8));
        }
    }
}

package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("A Unix domain socket of Redis")
class RedisSocketTest {

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64") // the platform of the native transport of the tests
    @DisplayName("is spoken to by a process that has a native transport")
    void spokenTo() throws Exception {
        Path socket = Files.createTempDirectory("af").resolve("redis.sock"); // a path of a socket has 107 bytes
        RedisServers.start(RedisServers.freePort(), settings -> settings.setting("unixsocket " + socket));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+EnableDynamicAgentLoading",
                "-XX:+AllowRedefinitionToAddDeleteMethods",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SocketProcess.class.getName(),
                "redis-socket://" + socket));
        Path output = socket.resolveSibling("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("hello socket");
    }
}

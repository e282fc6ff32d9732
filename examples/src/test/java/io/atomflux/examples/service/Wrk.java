package io.atomflux.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk, of the path or where the system property {@code atomflux.wrk} says. */
record Wrk(Path script) {

    private static final Pattern RESULT = Pattern.compile("RESULT (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");

    /**
     * What one run saw.
     *
     * @param p50Micros half of the answers came within
     * @param failed answers that were none, or of another status than 200
     */
    record Result(long requests, double perSecond, long p50Micros, long p99Micros, long failed) {}

    /** Writes the script that asks for random rows. */
    static Wrk in(Path folder) throws IOException {
        Path script = folder.resolve("random.lua");
        Files.writeString(script, """
                local threads = 0
                function setup(thread) threads = threads + 1; thread:set("number", threads) end
                function init(args) prefix = args[1]; rows = tonumber(args[2]); math.randomseed(number * 7919) end
                function request() return wrk.format("GET", prefix .. math.random(0, rows - 1)) end
                function done(summary, latency, requests)
                  local e = summary.errors
                  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
                end
                """);
        return new Wrk(script);
    }

    Result run(int port, String prefix, int rows, int connections, int seconds)
            throws IOException, InterruptedException {
        Process wrk = new ProcessBuilder(List.of(
                        System.getProperty("atomflux.wrk", "wrk"),
                        "--threads=2",
                        "--connections=" + connections,
                        "--duration=" + seconds + "s",
                        "--script=" + script,
                        "http://127.0.0.1:" + port,
                        "--",
                        prefix,
                        Integer.toString(rows)))
                .redirectErrorStream(true)
                .start();
        String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(wrk.waitFor()).as(said).isZero();
        Matcher result = RESULT.matcher(said);
        assertThat(result.find()).as(said).isTrue();
        long requests = Long.parseLong(result.group(1));
        return new Result(
                requests,
                requests * 1e6 / Long.parseLong(result.group(2)),
                Long.parseLong(result.group(3)),
                Long.parseLong(result.group(4)),
                Long.parseLong(result.group(5)) + Long.parseLong(result.group(6)));
    }
}

package io.atomflux.examples.service;

import io.atomflux.AtomsIO;
import io.atomflux.StreamsNow;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import reactor.netty.DisposableServer;

/**
 * The service, or the bare driver, in a process of its own that watches for blocked event loops: {@code service|driver URI
 * GROUP}. Prints its port, and for each line on standard input what it holds: bytes of the heap after a collection, of
 * direct buffers, open streams, and how many calls were found to block.
 */
final class UnderLoad {

    private UnderLoad() {}

    public static void main(String[] args) throws Exception {
        BlockHoundGuard.install(); // before any event loop runs
        DisposableServer server = args[0].equals("service")
                ? new FrameService(AtomsIO.open(args[1], OpenOptions.ofGroup(args[2])), Duration.ofSeconds(60)).start(0)
                : new DriverHandler(args[1], args[2]).start();
        System.out.println(server.port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.gc();
            System.gc();
            System.out.println(heap() + " " + direct() + " " + StreamsNow.open() + " "
                    + BlockHoundGuard.found().size());
        }
        BlockHoundGuard.found().forEach(Throwable::printStackTrace);
    }

    private static long heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}

package io.atomflux.redis;

import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Collects what Netty's leak detector reports in this JVM: buffers nobody gave back.
 *
 * <p>It finds one only when the collector has, so a test asks for collections. The level comes from {@code
 * -Dio.netty.leakDetection.level}.
 */
final class Leaks {

    private static final List<String> REPORTS = new CopyOnWriteArrayList<>();

    private Leaks() {}

    static void watch() {
        ByteBufUtil.setLeakListener((type, records) -> REPORTS.add(type + records));
    }

    static List<String> reports() {
        return REPORTS;
    }
}

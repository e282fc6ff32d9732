package io.atomflux.mongo;

import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** The pages of one collection that were used last, bounded in bytes; they never change, so they are never stale. */
final class PageCache implements Pages {

    private static final int OVERHEAD = 100; // of the map, for each page

    private final long most;
    private final LinkedHashMap<Long, Page> pages = new LinkedHashMap<>(64, 0.75f, true); // guarded by itself
    private long bytes; // guarded by pages

    PageCache(long most) {
        this.most = most;
    }

    @Override
    public @Nullable Page find(long id) {
        synchronized (pages) {
            return pages.get(id);
        }
    }

    void put(long id, Page page) {
        synchronized (pages) {
            Page before = pages.put(id, page);
            bytes += before == null ? page.bytes() + OVERHEAD : page.bytes() - before.bytes();
            for (Iterator<Page> eldest = pages.values().iterator(); bytes > most && eldest.hasNext(); ) {
                bytes -= eldest.next().bytes() + OVERHEAD;
                eldest.remove();
            }
        }
    }

    long bytes() {
        synchronized (pages) {
            return bytes;
        }
    }
}

package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.Manifest;
import io.atomflux.value.NdArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects read lately, least lately used ones going first. An object is given again only for a manifest of the same
 * generation and content as that it was read from, so nothing here outlives a change; that there is none is never
 * remembered.
 */
final class ObjectCache {

    private final long mostBytes;
    private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    ObjectCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    private record Entry(long generation, Map<String, @Nullable Object> descriptor, StoredData object, long bytes) {}

    synchronized @Nullable StoredData get(Manifest manifest) {
        Entry entry = entries.get(manifest.key());
        return entry != null
                        && entry.generation == manifest.generation()
                        && entry.descriptor.equals(manifest.descriptor())
                ? entry.object
                : null;
    }

    synchronized void put(Manifest manifest, StoredData object) {
        long size = 2 * size(manifest.descriptor()); // of the descriptor and of the object
        drop(manifest.key());
        if (size > mostBytes) {
            return;
        }
        entries.put(manifest.key(), new Entry(manifest.generation(), manifest.descriptor(), object, size));
        bytes += size;
        while (bytes > mostBytes) {
            drop(entries.keySet().iterator().next());
        }
    }

    private void drop(String key) {
        Entry old = entries.remove(key);
        if (old != null) {
            bytes -= old.bytes;
        }
    }

    synchronized int size() {
        return entries.size();
    }

    private static long size(@Nullable Object value) {
        long size = 48;
        if (value instanceof String text) {
            size += 2L * text.length();
        } else if (value instanceof NdArray array) {
            size += array.byteSize();
        } else if (value instanceof List<?> list) {
            for (Object item : list) {
                size += size(item);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                size += size(member.getKey()) + size(member.getValue());
            }
        }
        return size;
    }
}

package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files in memory, in blocks that never change once written, so that readers share them. */
final class MemoryFiles implements FileStore {

    private static final int BLOCK = 64 << 10;

    private final String name;
    private final TreeMap<String, Set> sets = new TreeMap<>(); // guarded by itself, with all sets

    MemoryFiles(String name) {
        this.name = name;
    }

    /** The files of a set, each a list of full blocks and a last one. */
    private static final class Set {
        final TreeMap<String, Content> files = new TreeMap<>();
        boolean sealed;
    }

    private record Content(List<byte[]> blocks, long size) {}

    @Override
    public Mono<Long> write(String set, String file, Publisher<ByteBuffer> content) {
        return Flux.from(content)
                .collect(Blocks::new, Blocks::add)
                .map(Blocks::content)
                .doOnNext(written -> publish(set, file, written))
                .map(Content::size);
    }

    private void publish(String set, String file, Content content) {
        synchronized (sets) {
            Set into = sets.computeIfAbsent(set, id -> new Set());
            if (into.sealed || into.files.putIfAbsent(file, content) != null) {
                throw new IllegalStateException("file \"%s\" of set %s: %s (expected: each name once, before sealing)"
                        .formatted(file, set, into.sealed ? "the set is sealed" : "written already"));
            }
        }
    }

    @Override
    public Mono<Void> seal(String set) {
        return Mono.fromRunnable(() -> {
            synchronized (sets) {
                Set found = sets.get(set);
                if (found != null) {
                    found.sealed = true;
                }
            }
        });
    }

    @Override
    public Mono<Long> remove(String set) {
        return Mono.fromSupplier(() -> {
            synchronized (sets) {
                Set removed = sets.remove(set);
                return removed == null
                        ? 0L
                        : removed.files.values().stream()
                                .mapToLong(Content::size)
                                .sum();
            }
        });
    }

    @Override
    public Flux<ByteBuffer> read(String set, String file, long offset, long length) {
        return Flux.defer(() -> {
            Content content = found(set, file);
            long from = Math.min(offset, content.size);
            long to = length > content.size - from ? content.size : from + length;
            if (from == to) {
                return Flux.empty();
            }
            int first = (int) (from / BLOCK);
            int last = (int) ((to - 1) / BLOCK);
            return Flux.range(first, last - first + 1).map(i -> {
                long start = (long) i * BLOCK;
                int begin = (int) (Math.max(from, start) - start);
                int end = (int) (Math.min(to, start + BLOCK) - start);
                return ByteBuffer.wrap(content.blocks.get(i), begin, end - begin)
                        .slice()
                        .asReadOnlyBuffer();
            });
        });
    }

    private Content found(String set, String file) {
        synchronized (sets) {
            Set found = sets.get(set);
            Content content = found == null ? null : found.files.get(file);
            if (content == null) {
                throw new CorruptDataException(
                        name, "file \"%s\" of set %s".formatted(file, set), "it is missing", null);
            }
            return content;
        }
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return Mono.fromSupplier(() -> {
            synchronized (sets) {
                Set found = sets.get(set);
                return found == null
                        ? List.of()
                        : found.files.entrySet().stream()
                                .map(file -> new StoredFile(
                                        file.getKey(), file.getValue().size()))
                                .toList();
            }
        });
    }

    @Override
    public Optional<Path> folder(String set) {
        return Optional.empty();
    }

    @Override
    public Mono<List<String>> sets(String after, int limit) {
        return Mono.fromSupplier(() -> {
            synchronized (sets) {
                return sets.tailMap(after, false).keySet().stream().limit(limit).toList();
            }
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }

    /** Fills blocks with what comes in whatever pieces. */
    private static final class Blocks {
        private final List<byte[]> full = new ArrayList<>();
        private byte[] last = new byte[BLOCK];
        private int filled;

        void add(ByteBuffer buffer) {
            while (buffer.hasRemaining()) {
                if (filled == BLOCK) {
                    full.add(last);
                    last = new byte[BLOCK];
                    filled = 0;
                }
                int count = Math.min(buffer.remaining(), BLOCK - filled);
                buffer.get(last, filled, count);
                filled += count;
            }
        }

        Content content() {
            long size = (long) full.size() * BLOCK + filled;
            full.add(java.util.Arrays.copyOf(last, filled));
            return new Content(full, size);
        }
    }
}

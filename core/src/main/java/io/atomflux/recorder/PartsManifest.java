package io.atomflux.recorder;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The file that says which parts a recording has, and which trajectories each.
 *
 * <p>It is whole from the moment it is there, and never changed: a draft is synced, then linked under its name, which fails if
 * there is one. What is read is only how the split was made; names and ranges follow from that and have to agree.
 */
final class PartsManifest {

    private static final String FORMAT = "atomflux-recording-parts";
    private static final long VERSION = 1;
    private static final int LARGEST = 16 << 20;

    private PartsManifest() {}

    static Mono<Void> write(RecordingParts parts) {
        return blocking(() -> {
                    Path file = parts.manifest().toAbsolutePath();
                    try {
                        publish(file, text(parts).getBytes(StandardCharsets.UTF_8), parts);
                    } catch (IOException e) {
                        throw new StoreIoException(file.toString(), "writing the manifest of parts", e);
                    }
                    return true;
                })
                .then();
    }

    static Mono<RecordingParts> read(RecordingParts named) {
        return blocking(() -> {
            try {
                return parsed(named.target(), named.manifest());
            } catch (NoSuchFileException e) {
                throw new StoreNotFoundException(
                        named.manifest().toString(), "a manifest of parts, which publish() writes");
            } catch (IOException e) {
                throw new StoreIoException(named.manifest().toString(), "reading the manifest of parts", e);
            }
        });
    }

    /** Runs it where one may wait; once begun it is not interrupted, which would close its file. */
    private static <T> Mono<T> blocking(Supplier<T> work) {
        return Mono.fromFuture(
                () -> CompletableFuture.supplyAsync(work, task -> {
                    var unused = Schedulers.boundedElastic().schedule(task);
                }),
                true);
    }

    private static Map<String, Object> content(RecordingParts parts) {
        List<Map<String, Object>> members = new ArrayList<>();
        for (int rank = 0; rank < parts.world(); rank++) {
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("name", parts.name(rank));
            member.put("from", parts.range(rank).from());
            member.put("to", parts.range(rank).to());
            members.add(member);
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("format", FORMAT);
        content.put("version", VERSION);
        content.put(
                "target", Objects.requireNonNull(parts.target().getFileName()).toString());
        content.put("trajectories", parts.trajectories());
        content.put("split", parts.isEven() ? "even" : "blocks");
        content.put("parts", members);
        return content;
    }

    private static String text(RecordingParts parts) {
        return Json.plain(content(parts)) + "\n";
    }

    private static void publish(Path file, byte[] content, RecordingParts parts) throws IOException {
        Path folder = Objects.requireNonNull(file.getParent(), "folder");
        Files.createDirectories(folder);
        if (Files.exists(file)) {
            requireSame(file, parts);
            return;
        }
        Path draft = folder.resolve(".%s.%s".formatted(file.getFileName(), UUID.randomUUID()));
        try {
            try (FileChannel out = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                out.force(true);
            }
            link(draft, file);
            try (FileChannel names = FileChannel.open(folder)) {
                names.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            requireSame(file, parts);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void link(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links: of those who do so at once all write the same, unless somebody errs.
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void requireSame(Path file, RecordingParts parts) throws IOException {
        RecordingParts found = parsed(parts.target(), file);
        if (!content(found).equals(content(parts))) {
            throw new ForeignDataException(
                    file.toString(),
                    told(found),
                    "%s; remove the file and the parts it names, or record to another place".formatted(told(parts)));
        }
    }

    private static String told(RecordingParts parts) {
        return "%d parts of %d trajectories, %s"
                .formatted(
                        parts.world(),
                        parts.trajectories(),
                        parts.isEven() ? "split evenly" : "the last with the rest");
    }

    private static RecordingParts parsed(Path target, Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw corrupt(file, "more than %d bytes".formatted(LARGEST), null);
        }
        Object tree;
        try {
            tree = Json.readPlain(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw corrupt(file, String.valueOf(e.getMessage()), e);
        }
        if (!(tree instanceof Map<?, ?> map
                && map.get("trajectories") instanceof Long trajectories
                && map.get("parts") instanceof List<?> members
                && map.get("split") instanceof String split)) {
            throw corrupt(file, "no \"trajectories\", \"split\" and \"parts\"", null);
        }
        if (!Long.valueOf(VERSION).equals(map.get("version")) || !FORMAT.equals(map.get("format"))) {
            throw corrupt(
                    file,
                    "format %s of version %s (expected: %s of version %d)"
                            .formatted(map.get("format"), map.get("version"), FORMAT, VERSION),
                    null);
        }
        if (members.isEmpty() || members.size() > RecordingParts.MOST_PARTS || trajectories < 0) {
            throw corrupt(
                    file,
                    "%d parts of %d trajectories (expected: 1 to %d parts)"
                            .formatted(members.size(), trajectories, RecordingParts.MOST_PARTS),
                    null);
        }
        RecordingParts parts = split.equals("even")
                ? RecordingParts.evenly(target, members.size(), trajectories)
                : RecordingParts.of(target, members.size(), trajectories);
        if (!content(parts).equals(tree)) { // names above all: what is opened is never what a file says
            throw corrupt(file, "names or ranges that do not follow from target, trajectories and split", null);
        }
        return parts;
    }

    private static CorruptDataException corrupt(Path file, String problem, @Nullable Throwable cause) {
        return new CorruptDataException(file.toString(), "the manifest of parts", problem, cause);
    }
}

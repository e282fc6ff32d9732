package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.Provenance;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.codec.Json;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes records of the files of a store: of those that Atomflux wrote, and of those that Evaluator did. */
final class EntryReader {

    private static final long LARGEST = 64 << 20;

    private final Places places;
    private final Map<String, ArtifactType<? extends StoredData>> types = new LinkedHashMap<>();

    EntryReader(Places places, FreeEnergyPolicy policy) {
        this.places = places;
        for (ArtifactType<? extends StoredData> type : EvaluatorTypes.all()) {
            types.put(type.tag(), type);
        }
        types.put(EvaluatorTypes.FREE_ENERGY.tag(), EvaluatorTypes.freeEnergy(policy));
    }

    static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** The state of the three things an entry is made of. */
    record Stamps(Stamp json, Stamp folder, Stamp sidecar) {
        boolean isFresh() {
            return json.isFresh() || folder.isFresh() || sidecar.isFresh();
        }
    }

    /**
     * An entry.
     *
     * @param section its class in the registry; empty for one that is damaged
     */
    record Entry(StoredRecord record, String section, Stamps stamps) {}

    Stamps stamps(String key) throws IOException {
        return new Stamps(Stamp.of(places.json(key)), Stamp.of(places.folder(key)), Stamp.of(places.sidecar(key)));
    }

    /** Tells whether this layout keeps objects of a class. */
    boolean knows(String tag) {
        return types.containsKey(tag);
    }

    /**
     * Reads an entry.
     *
     * @param listed whether the registry has it: what it has not must be whole to count
     * @param journal a change that is being made; its files are not all in their places
     * @return empty if there is none
     */
    Optional<Entry> read(String key, boolean listed, Optional<Journal> journal) throws IOException {
        if (journal.isPresent() && journal.get().decides(key)) {
            Optional<byte[][]> after = journal.get().after(key);
            if (after.isEmpty()) {
                return Optional.empty();
            }
            Stamps unknown = new Stamps(Stamp.NONE, Stamp.NONE, Stamp.NONE);
            return entry(key, true, unknown, after.get()[0], Sidecar.read(after.get()[1]), true);
        }
        Stamps stamps = stamps(key);
        if (stamps.json().kind() == '-') {
            return Optional.empty();
        }
        boolean known = listed || stamps.sidecar().isFile();
        if (!stamps.json().isFile() || stamps.json().size() > LARGEST) {
            return known
                    ? damaged(
                            key, stamps, stamps.json().isFile() ? "larger than 64 MiB" : "a link or folder, not a file")
                    : Optional.empty();
        }
        try {
            byte[] json = bytes(places.json(key));
            Optional<Sidecar> sidecar =
                    stamps.sidecar().isFile() ? Sidecar.read(bytes(places.sidecar(key))) : Optional.empty();
            return entry(key, known, stamps, json, sidecar, false);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try (var in = Channels.newInputStream(
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
            return in.readAllBytes();
        }
    }

    private Optional<Entry> entry(
            String key, boolean listed, Stamps stamps, byte[] json, Optional<Sidecar> beside, boolean trusted)
            throws IOException {
        Map<String, @Nullable Object> tree;
        String type;
        try {
            tree = EvaluatorJson.tree(Bytes.wrap(json));
            type = TypedNode.of(tree).type();
        } catch (IllegalArgumentException e) {
            return listed || key.matches("[0-9a-f]{32}")
                    ? damaged(key, stamps, String.valueOf(e.getMessage()))
                    : Optional.empty();
        }
        String tag = type.startsWith(Typed.STORAGE) ? type.substring(Typed.STORAGE.length()) : type;
        ArtifactType<? extends StoredData> known = types.get(tag);
        if (!listed && (known == null || needsFiles(known) && !stamps.folder().isFolder())) {
            return Optional.empty(); // not in the registry, and not whole: nothing of the store
        }
        Listing listing = trusted ? new Listing(new TreeMap<>(), new TreeMap<>()) : listing(places.folder(key));
        Optional<Sidecar> valid = beside.filter(side -> trusted || isOf(side, json, listing));
        List<FileEntry> files = valid.map(Sidecar::files).orElseGet(listing::entries);
        Map<String, @Nullable Object> metadata =
                valid.map(Sidecar::metadata).orElseGet(() -> Map.of(Provenance.TIME, time(stamps.json())));
        long generation = valid.map(Sidecar::generation)
                .orElseGet(() -> beside.map(side -> side.generation() + 1).orElse(1L));
        String version = Sidecar.sha256((key + " " + Sidecar.sha256(json) + " " + stamps.json() + stamps.folder())
                        .getBytes(StandardCharsets.UTF_8))
                .substring(0, 32);
        String revision = valid.map(Sidecar::revision).orElse(version);
        Optional<String> set = valid.isPresent()
                ? valid.get().set()
                : stamps.folder().isFolder() ? Optional.of(version) : Optional.empty();
        try {
            Manifest manifest =
                    new Manifest(key, generation, Optional.of(tag), tree, Optional.empty(), metadata, files, List.of());
            Facts facts = known == null ? new Facts(Optional.empty(), List.of(), Optional.empty()) : facts(known, tree);
            List<Term> terms = new ArrayList<>(facts.terms());
            terms.add(Term.ofText(Term.TYPE, tag));
            terms.add(Term.ofText(Term.KEY, key));
            facts.reference().ifPresent(other -> terms.add(Term.ofText(Term.REFERENCE, other)));
            seconds(metadata.get(Provenance.TIME)).ifPresent(time -> terms.add(Term.ofNumber(Term.TIME, time)));
            return Optional.of(new Entry(
                    new StoredRecord(key, revision, facts.identity(), terms, manifest.toJson(), set),
                    tag.substring(tag.lastIndexOf('.') + 1),
                    stamps));
        } catch (IllegalArgumentException | LimitExceededException e) {
            return damaged(key, stamps, String.valueOf(e.getMessage()));
        }
    }

    private static boolean needsFiles(ArtifactType<?> type) {
        return CalculationData.class.isAssignableFrom(type.javaType());
    }

    private record Facts(Optional<String> identity, List<Term> terms, Optional<String> reference) {}

    private static <T extends StoredData> Facts facts(ArtifactType<T> type, Map<String, @Nullable Object> tree) {
        T object = type.read(tree);
        return new Facts(
                IdentityPolicy.digest(type, object),
                type.terms(object),
                object instanceof CalculationData data && isKey(data.forceFieldId())
                        ? Optional.of(data.forceFieldId())
                        : Optional.empty());
    }

    private static boolean isKey(String text) {
        try {
            ArtifactKey.parse(text);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Tells whether a sidecar was written for this text and these files. */
    private static boolean isOf(Sidecar sidecar, byte[] json, Listing listing) {
        return sidecar.text().equals(Sidecar.sha256(json))
                && listing.modified().equals(sidecar.modified())
                && sidecar.files().stream()
                        .allMatch(file ->
                                Long.valueOf(file.size()).equals(listing.sizes().get(file.name())));
    }

    /** Returns a record whose manifest tells what is wrong: it has no object, and no query finds it. */
    private Optional<Entry> damaged(String key, Stamps stamps, String problem) {
        Map<String, @Nullable Object> broken = new LinkedHashMap<>();
        broken.put("format", "atomflux-artifact");
        broken.put("version", 1L);
        broken.put("key", key);
        broken.put("generation", 1L);
        broken.put("descriptor", "damaged " + key + Places.JSON + ": " + problem);
        String version = Sidecar.sha256((key + " " + stamps).getBytes(StandardCharsets.UTF_8))
                .substring(0, 32);
        return Optional.of(new Entry(
                new StoredRecord(
                        key,
                        version,
                        Optional.empty(),
                        List.of(Term.ofText(Term.KEY, key)),
                        Bytes.ofText(Json.write(broken)),
                        stamps.folder().isFolder() ? Optional.of(version) : Optional.empty()),
                "",
                stamps));
    }

    /** Reads the time of the metadata, which queries compare; in whole seconds, as they do. */
    private static Optional<Double> seconds(@Nullable Object value) {
        if (!(value instanceof List<?> parts)
                || parts.size() < 6
                || !parts.stream().allMatch(part -> part instanceof Long number && number.intValue() == number)) {
            return Optional.empty();
        }
        int[] at = parts.stream().mapToInt(part -> ((Long) part).intValue()).toArray();
        try {
            return Optional.of((double)
                    LocalDateTime.of(at[0], at[1], at[2], at[3], at[4], at[5]).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty(); // the caller of a put may give any metadata
        }
    }

    /** Nine integers as Python's {@code time.struct_time} has them. */
    private static List<Long> time(Stamp stamp) {
        ZonedDateTime at = Instant.ofEpochSecond(0, stamp.modified()).atZone(ZoneOffset.UTC);
        return List.of(
                (long) at.getYear(),
                (long) at.getMonthValue(),
                (long) at.getDayOfMonth(),
                (long) at.getHour(),
                (long) at.getMinute(),
                (long) at.getSecond(),
                at.getDayOfWeek().getValue() - 1L,
                (long) at.getDayOfYear(),
                -1L);
    }

    /** Regular files of a folder by name: their sizes, and when they were changed last, in milliseconds. */
    record Listing(TreeMap<String, Long> sizes, TreeMap<String, Long> modified) {
        List<FileEntry> entries() {
            return sizes.entrySet().stream()
                    .map(file -> new FileEntry(file.getKey(), file.getValue(), Optional.empty()))
                    .toList();
        }
    }

    /** Lists a folder; links, and names that no artifact may have, are passed over. */
    static Listing listing(Path folder) throws IOException {
        Listing listing = new Listing(new TreeMap<>(), new TreeMap<>());
        if (!Disk.isFolder(folder)) {
            return listing;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes found) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (found.isRegularFile() && isFileName(name)) {
                    listing.sizes().put(name, found.size());
                    listing.modified().put(name, found.lastModifiedTime().toMillis());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) { // removed meanwhile
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return listing;
    }

    private static boolean isFileName(String name) {
        try {
            ArtifactKey.fileName(name);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }
}

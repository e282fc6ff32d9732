package io.atomflux.artifact.isf;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.Provenance;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what stands in the folder of a key: a value of ours or of the framework, a database, or nothing that counts.
 *
 * <p>A folder of ours has a {@link Sidecar} with the record. Of one that the framework wrote, or that users fill themselves,
 * the record is made: its set of files and its revision are a hash of the folder's identity and of its {@code Loader.json}, so
 * that another folder in its place is another version.
 *
 * <p>Whatever is wrong with the files of one folder makes one damaged artifact; beyond 300 lines, as all reading of a folder is
 * here, so that no other class can forget this.
 */
final class KeyFolder {

    static final String LOADER = "Loader.json";
    static final String OLD_LOADER = "Loader.pickle";

    /** The codecs whose loader the framework does not know have names of this form, on which it fails loudly. */
    static final String OWN = "atomflux.loader.";

    /** Codec ids of what is listed and not decoded. */
    static final String PICKLE = "isf-pickle";

    static final String REFUSED = "isf-refused";

    private static final Set<String> NOT_DATA = Set.of(LOADER, OLD_LOADER, MetadataFile.FILE, Sidecar.FILE);
    /** How names of files begin that are being written. */
    static final String PART = ".atomflux-part-";

    private static final int TRIES = 20;

    /** What stands in the folder of a key. */
    sealed interface State {
        /** No folder, or one that is not finished or no key. */
        record Absent(boolean folder) implements State {}

        /** A database in the database. */
        record Database() implements State {}

        /** A value. */
        record Value(StoredRecord record, String loader) implements State {}
    }

    private final String store;

    /** Takes the name of the store for messages. */
    KeyFolder(String store) {
        this.store = store;
    }

    State read(Path folder, String key) throws IOException {
        for (int i = 0; ; i++) {
            try {
                String before = stamp(folder);
                if (before == null) {
                    return new State.Absent(false);
                }
                State state = once(folder, key, before);
                if (before.equals(stamp(folder))) {
                    return state;
                }
            } catch (NoSuchFileException e) {
                if (i >= TRIES) {
                    throw e;
                }
                continue; // replaced while it was read
            }
            if (i >= TRIES) {
                throw new IOException("%s changed %d times while it was read".formatted(folder, i));
            }
        }
    }

    /** Reads a folder once; one whose own files are damaged is a damaged artifact, so that the others can be listed. */
    private State once(Path folder, String key, String stamp) throws IOException {
        try {
            return described(folder, key, stamp);
        } catch (CorruptDataException e) {
            return damaged(key, stamp, e.place() + ": " + e.problem());
        } catch (LimitExceededException e) {
            return damaged(key, stamp, String.valueOf(e.getMessage()));
        }
    }

    /** Makes a record that cannot be a manifest, whose reading tells the problem. */
    private static State damaged(String key, String stamp, String problem) {
        Bytes manifest = Bytes.ofText(Json.plain(Map.of("format", problem)));
        return new State.Value(
                new StoredRecord(key, stamp, Optional.empty(), List.of(), manifest, Optional.of(stamp)), "");
    }

    private State described(Path folder, String key, String stamp) throws IOException {
        Path sidecar = folder.resolve(Sidecar.FILE);
        Map<String, @Nullable Object> loader = Disk.readObject(folder.resolve(LOADER), store);
        if (loader == null && !Disk.isFile(folder.resolve(OLD_LOADER))) {
            return new State.Absent(true);
        }
        String name = loader == null ? OLD_LOADER : String.valueOf(loader.get("Loader"));
        Optional<IsfDumper> dumper = IsfDumper.ofLoader(name);
        if (dumper.filter(found -> found.kind() == IsfDumper.Kind.DATABASE).isPresent()) {
            return new State.Database();
        }
        try {
            String own = Disk.readText(sidecar, store);
            if (own != null) {
                return new State.Value(Sidecar.read(own, key), name);
            }
        } catch (IllegalArgumentException | CorruptDataException e) {
            // damaged: what the framework's own files tell is still there
            return new State.Value(foreign(folder, key, stamp, name, dumper, loader), name);
        }
        return new State.Value(foreign(folder, key, stamp, name, dumper, loader), name);
    }

    private StoredRecord foreign(
            Path folder,
            String key,
            String stamp,
            String loader,
            Optional<IsfDumper> dumper,
            @Nullable Map<String, @Nullable Object> parameters)
            throws IOException {
        Map<String, @Nullable Object> metadata = Disk.readObject(folder.resolve(MetadataFile.FILE), store);
        if (metadata == null) {
            metadata = MetadataFile.postHoc(dumper.map(IsfDumper::shortName).orElse("unknown"), Disk.changed(folder));
        }
        List<FileEntry> files = entries(folder);
        Manifest.CodecReference codec;
        try {
            codec = codec(loader, dumper, parameters);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptDataException(
                    store, Disk.place(folder.resolve(LOADER)), String.valueOf(e.getMessage()), e);
        }
        Manifest manifest =
                new Manifest(key, 1, Optional.empty(), Map.of(), Optional.of(codec), metadata, files, List.of());
        List<Term> terms = new ArrayList<>();
        terms.add(Term.ofText(Term.CODEC, codec.id()));
        terms.add(Term.ofText(Term.KEY, key));
        time(metadata.get(Provenance.TIME)).ifPresent(time -> terms.add(Term.ofNumber(Term.TIME, time)));
        return new StoredRecord(key, stamp, Optional.empty(), terms, manifest.toJson(), Optional.of(stamp));
    }

    private static Manifest.CodecReference codec(
            String loader, Optional<IsfDumper> dumper, @Nullable Map<String, @Nullable Object> written) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        if (dumper.isPresent()) {
            IsfDumper known = dumper.get();
            Layout.of(known).ifPresent(layout -> parameters.putAll(layout.parameters()));
            return switch (known.kind()) {
                case VALUE -> new Manifest.CodecReference(known.codec().orElseThrow(), 1, parameters);
                case PICKLE -> new Manifest.CodecReference(PICKLE, 1, Map.of("loader", loader));
                case REFUSED, DATABASE -> new Manifest.CodecReference(REFUSED, 1, Map.of("loader", loader));
            };
        }
        if (loader.startsWith(OWN) && written != null && written.get("parameters") instanceof String kept) {
            if (Json.read(kept) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> parameters.put((String) name, value));
            }
            int version = written.get("version") instanceof Long number ? Math.toIntExact(number) : 1;
            return new Manifest.CodecReference(loader.substring(OWN.length()), version, parameters);
        }
        return new Manifest.CodecReference(REFUSED, 1, Map.of("loader", loader));
    }

    /** Writes the loader of a codec as the framework reads it, or so that it fails there and is read here. */
    static String loader(Optional<Manifest.CodecReference> codec, Optional<IsfDumper> dumper) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (dumper.isPresent()) {
            json.put("Loader", dumper.get().loader());
        } else {
            json.put("Loader", OWN + codec.map(Manifest.CodecReference::id).orElse("descriptor"));
            codec.ifPresent(reference -> {
                json.put("version", (long) reference.version());
                json.put("parameters", Json.write(reference.parameters()));
            });
        }
        return Json.plain(json);
    }

    private static Optional<Double> time(@Nullable Object value) {
        if (value instanceof List<?> parts && parts.size() >= 6) {
            int[] numbers = parts.stream()
                    .limit(6)
                    .mapToInt(part -> part instanceof Long number ? (int) Math.max(-1, Math.min(number, 99_999)) : -1)
                    .toArray();
            try {
                return Optional.of((double)
                        LocalDateTime.of(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
                                .toEpochSecond(ZoneOffset.UTC));
            } catch (DateTimeException e) {
                return Optional.empty(); // no time: the record is not found by it
            }
        }
        return Optional.empty();
    }

    static List<FileEntry> entries(Path folder) throws IOException {
        return files(folder).stream()
                .map(file -> new FileEntry(file.name(), file.size(), Optional.empty()))
                .toList();
    }

    /** Returns the files of a key but those that tell what it is, ordered by name; links do not count. */
    static List<StoredFile> files(Path folder) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        Disk.walk(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (attributes.isRegularFile()
                        && !NOT_DATA.contains(name)
                        && !file.getFileName().toString().startsWith(PART)
                        && isName(name)) {
                    files.add(new StoredFile(name, attributes.size()));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(Comparator.comparing(file -> Bytes.ofKey(file.name())));
        return files;
    }

    /** Tells whether a file can be named through the store; users of managed folders may have made others. */
    private static boolean isName(String name) {
        try {
            ArtifactKey.fileName(name);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Tells whether a file of a set has a name that the layout needs itself. */
    static boolean isReserved(String file) {
        return NOT_DATA.contains(file);
    }

    /** Returns the id of the set of files that is in a folder now; null if there is none. */
    @Nullable
    String set(Path folder) throws IOException {
        State state = read(folder, "set");
        return state instanceof State.Value value ? value.record().fileSet().orElse(null) : null;
    }

    /** Hashes what tells one folder from another in its place: 32 hexadecimal digits; null if there is none. */
    private static @Nullable String stamp(Path folder) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory()) {
                return null;
            }
            StringBuilder text = new StringBuilder()
                    .append(attributes.fileKey())
                    .append(' ')
                    .append(attributes.fileKey() == null ? attributes.creationTime() : "");
            for (String name : List.of(LOADER, OLD_LOADER, Sidecar.FILE)) {
                try {
                    BasicFileAttributes file = Files.readAttributes(
                            folder.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    text.append(' ')
                            .append(file.fileKey())
                            .append(file.lastModifiedTime())
                            .append(file.size());
                } catch (NoSuchFileException e) {
                    text.append(" -");
                }
            }
            return hash(text.toString()).substring(0, 32);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null;
        }
    }

    static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(Bytes.ofKey(text).toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

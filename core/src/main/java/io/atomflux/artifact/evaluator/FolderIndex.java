package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.evaluator.EntryReader.Entry;
import io.atomflux.artifact.evaluator.EntryReader.Stamps;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.StoreBusyException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is found by what, in memory: made of the files, each object being read once as long as its stamps stay. Holds no
 * objects; a few recent ones are kept for {@link #load}.
 *
 * <p>Changes of Atomflux, also in other processes, are seen at once, by {@link Commits}. Those of Evaluator and of people are
 * seen by the stamps of the folder and of the registry; where these changed together with a change of ours, or so
 * lately that their clock might not tell, everything is looked at again, but only as often as this takes a twentieth of the time.
 *
 * <p>Blocks; for threads of {@link Disk}. All state is guarded by this.
 */
final class FolderIndex {

    private static final int PATIENCE = 20; // a scan may take one part in so many of the time
    private static final long CACHED_BYTES = 16 << 20;
    private static final int TRIES = 1000;
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final Places places;
    private final EntryReader reader;
    private final Commits commits;
    private final NavigableMap<String, Known> entries = new TreeMap<>(BY_BYTES);
    private final Map<String, TreeSet<String>> identities = new HashMap<>();
    private final Map<String, NavigableMap<Bytes, Set<String>>> terms = new HashMap<>();
    private final Map<String, String> keysBySet = new HashMap<>();
    private final LinkedHashMap<String, Entry> recent = new LinkedHashMap<>(16, 0.75f, true);
    private long recentBytes;
    private Map<String, List<String>> registry = Map.of();
    private Set<String> listed = Set.of();
    private Commits.@Nullable Position position;
    private Stamp rootStamp = Stamp.NONE;
    private Stamp registryStamp = Stamp.NONE; // of what was read
    private Stamp registrySeen = Stamp.NONE; // when the index was brought up to date last
    private boolean doubtful;
    private long scanned;
    private long scanNanos;
    private long objectsRead;

    FolderIndex(Places places, EntryReader reader) {
        this.places = places;
        this.reader = reader;
        this.commits = new Commits(places.commits());
    }

    /** What is known of an entry without its object. */
    record Known(
            String key,
            String section,
            String revision,
            Optional<String> identity,
            List<Term> terms,
            Optional<String> set,
            Stamps stamps) {}

    // ---- asked

    synchronized @Nullable Known known(String key) {
        return entries.get(key);
    }

    synchronized Optional<String> byIdentity(String identity) {
        return Optional.ofNullable(identities.get(identity)).map(TreeSet::first);
    }

    /** Tells whether another key than one has an identity; of several, found in folders of Evaluator, each has it. */
    synchronized boolean isTaken(String identity, Set<String> by) {
        TreeSet<String> keys = identities.get(identity);
        return keys != null && keys.stream().noneMatch(by::contains);
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized Optional<String> keyOfSet(String set) {
        return Optional.ofNullable(keysBySet.get(set));
    }

    synchronized List<String> keys(String prefix, String after) {
        return entries.tailMap(after.compareTo(prefix) > 0 ? after : prefix, true).keySet().stream()
                .filter(key -> key.startsWith(prefix) && (after.isEmpty() || BY_BYTES.compare(key, after) > 0))
                .toList();
    }

    synchronized List<String> lookup(List<TermRange> ranges) {
        TermRange least = ranges.stream()
                .min(Comparator.comparingLong(
                        range -> within(range).stream().mapToLong(Set::size).sum()))
                .orElseThrow();
        Set<String> keys = new TreeSet<>(BY_BYTES);
        within(least).forEach(keys::addAll);
        return keys.stream()
                .filter(key -> {
                    Known known = entries.get(key);
                    return known != null && matches(known.terms(), ranges);
                })
                .toList();
    }

    private Collection<Set<String>> within(TermRange range) {
        NavigableMap<Bytes, Set<String>> values = terms.get(range.field());
        return values == null || range.from().compareTo(range.to()) > 0
                ? List.of()
                : values.subMap(range.from(), true, range.to(), true).values();
    }

    static boolean matches(List<Term> terms, List<TermRange> ranges) {
        return ranges.stream().allMatch(range -> terms.stream().anyMatch(range::holds));
    }

    /** Returns what the registry should say. */
    synchronized Map<String, List<String>> registry() {
        return Registry.merged(
                registry,
                entries.values().stream()
                        .collect(Collectors.toMap(Known::key, Known::section, (a, b) -> a, LinkedHashMap::new)));
    }

    /** Remembers what was written to the registry, so that it is not read again. */
    synchronized void registryWritten(Map<String, List<String>> sections) throws IOException {
        registry = sections;
        listed = sections.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        registryStamp = Stamp.of(places.registry());
    }

    /** Tells how many objects were read so far; for tests that none is read twice. */
    synchronized long objectsRead() {
        return objectsRead;
    }

    // ---- reading one

    /** Reads a record as it is now; needs no index. */
    synchronized Optional<StoredRecord> load(String key) throws IOException {
        Optional<Entry> found = steady(key, listed.contains(key));
        if (found.isEmpty() && Disk.exists(places.json(key)) && isListedNow(key)) {
            found = steady(key, true); // an odd one: made by hand, damaged, or of a class that is not known
        }
        return found.map(Entry::record);
    }

    private boolean isListedNow(String key) throws IOException {
        readRegistry();
        return listed.contains(key);
    }

    private void readRegistry() throws IOException {
        Stamp now = Stamp.of(places.registry());
        if (!now.equals(registryStamp) || now.isFresh()) {
            registryWritten(Registry.read(places.registry()));
        }
    }

    /** Reads an entry that no change meets meanwhile. */
    private Optional<Entry> steady(String key, boolean inRegistry) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Commits.Position before = commits.now();
            Optional<Journal> journal = Journal.read(places);
            Optional<Entry> entry = journal.isPresent() && journal.get().decides(key)
                    ? fresh(key, inRegistry, journal)
                    : remembered(key, inRegistry);
            Optional<Set<String>> changed = commits.since(before, commits.now());
            if (changed.isPresent() && !changed.get().contains(key)) {
                entry.flatMap(found -> found.record().fileSet()).ifPresent(set -> keysBySet.put(set, key));
                return entry;
            }
        }
        throw new StoreBusyException(
                places.root.toString(), "artifact \"%s\" changes faster than it can be read".formatted(key), null);
    }

    private Optional<Entry> fresh(String key, boolean inRegistry, Optional<Journal> journal) throws IOException {
        objectsRead++;
        return reader.read(key, inRegistry, journal);
    }

    private Optional<Entry> remembered(String key, boolean inRegistry) throws IOException {
        Entry there = recent.get(key);
        if (there != null && !there.stamps().isFresh() && there.stamps().equals(reader.stamps(key))) {
            return Optional.of(there);
        }
        forget(key);
        Optional<Entry> entry = fresh(key, inRegistry, Optional.empty());
        entry.ifPresent(found -> {
            recent.put(key, found);
            recentBytes += found.record().manifest().length();
            while (recentBytes > CACHED_BYTES && recent.size() > 1) {
                forget(recent.keySet().iterator().next());
            }
        });
        return entry;
    }

    private void forget(String key) {
        Entry there = recent.remove(key);
        if (there != null) {
            recentBytes -= there.record().manifest().length();
        }
    }

    // ---- keeping up

    /** Takes in all changes that completed before this was called. */
    synchronized void refresh() throws IOException {
        Commits.Position now = commits.now();
        Stamp rootNow = Stamp.of(places.root);
        Stamp registryNow = Stamp.of(places.registry());
        Optional<Set<String>> changed = position == null ? Optional.empty() : commits.since(position, now);
        boolean moved = !rootNow.equals(rootStamp) || !registryNow.equals(registrySeen);
        boolean own = changed.isPresent() && !changed.get().isEmpty();
        if (changed.isEmpty() || moved && !own) {
            scan(now, rootNow, registryNow);
            return;
        }
        doubtful |= moved || rootNow.isFresh();
        if (doubtful && System.nanoTime() - scanned > PATIENCE * scanNanos) {
            scan(now, rootNow, registryNow);
            return;
        }
        for (String key : changed.get()) {
            if (Places.isKey(key)) {
                take(key, steady(key, listed.contains(key) || entries.containsKey(key)));
            }
        }
        position = now;
        rootStamp = rootNow;
        registrySeen = registryNow;
    }

    private void scan(Commits.Position now, Stamp rootNow, Stamp registryNow) throws IOException {
        long begun = System.nanoTime();
        doubtful = rootNow.isFresh();
        registryWritten(Registry.read(places.registry()));
        Set<String> found = new HashSet<>();
        for (String key : objects()) {
            found.add(key);
            Known known = entries.get(key);
            if (known == null || known.stamps().isFresh() || !known.stamps().equals(reader.stamps(key))) {
                take(key, steady(key, listed.contains(key)));
            }
        }
        for (String key : List.copyOf(entries.keySet())) {
            if (!found.contains(key)) {
                take(key, steady(key, listed.contains(key)));
            }
        }
        position = now;
        rootStamp = rootNow;
        registrySeen = registryNow;
        scanned = System.nanoTime();
        scanNanos = scanned - begun;
    }

    private List<String> objects() throws IOException {
        List<String> keys = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(places.root, "*" + Places.JSON)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String key = name.substring(0, name.length() - Places.JSON.length());
                if (Places.isKey(key)) {
                    keys.add(key);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return keys;
    }

    private void take(String key, Optional<Entry> entry) {
        Known old = entries.remove(key);
        if (old != null) {
            old.identity().ifPresent(identity -> removed(identities, identity, key));
            for (Term term : old.terms()) {
                NavigableMap<Bytes, Set<String>> values = terms.get(term.field());
                if (values != null) {
                    removed(values, term.value(), key);
                }
            }
        }
        entry.ifPresent(found -> {
            StoredRecord record = found.record();
            entries.put(
                    key,
                    new Known(
                            key,
                            found.section(),
                            record.revision(),
                            record.identity(),
                            record.terms(),
                            record.fileSet(),
                            found.stamps()));
            record.identity()
                    .ifPresent(identity -> identities
                            .computeIfAbsent(identity, id -> new TreeSet<>(BY_BYTES))
                            .add(key));
            for (Term term : record.terms()) {
                terms.computeIfAbsent(term.field(), field -> new TreeMap<>())
                        .computeIfAbsent(term.value(), value -> new HashSet<>())
                        .add(key);
            }
        });
        if (keysBySet.size() > 1000 + 2 * entries.size()) {
            keysBySet.clear();
            entries.values().forEach(known -> known.set().ifPresent(set -> keysBySet.put(set, known.key())));
        }
    }

    private static <K, S extends Set<String>> void removed(Map<K, S> map, K key, String value) {
        S values = map.get(key);
        if (values != null && values.remove(value) && values.isEmpty()) {
            map.remove(key);
        }
    }
}

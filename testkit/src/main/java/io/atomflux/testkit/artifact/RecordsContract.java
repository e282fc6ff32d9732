package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records, identities and the index. */
@Timeout(120)
abstract class RecordsContract extends StorageFixture {

    @Test
    @DisplayName("the id has 32 hexadecimal digits and is the same in every opening")
    final void id() {
        ArtifactStorage storage = empty();
        String id = Objects.requireNonNull(storage.id().block(PATIENCE));
        assertThat(id).matches("[0-9a-f]{32}");
        made(storage, record("a"));
        assertThat(storage.id().block(PATIENCE)).isEqualTo(id);
        assertThat(again().id().block(PATIENCE)).isEqualTo(id);
    }

    @Test
    @DisplayName("a missing place is an error for reading, and is not made by it")
    final void missing() {
        Optional<ArtifactStorage> opened = openMissing();
        if (opened.isEmpty()) {
            return; // a place that always exists
        }
        ArtifactStorage storage = closedLater(opened.get());
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> storage.id().block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> storage.load("a").block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> storage.list("", "").blockLast(PATIENCE))
                    .isInstanceOf(StoreNotFoundException.class);
            assertThatThrownBy(() -> storage.commit(new RecordChange.Put(record("a"), Optional.empty()))
                            .block(PATIENCE))
                    .isInstanceOfAny(StoreNotFoundException.class, ReadOnlyStoreException.class);
        }
    }

    @Test
    @DisplayName("a record is put, replaced and deleted if the revision expected stands, and every opening sees it")
    final void changes() {
        ArtifactStorage storage = empty();
        StoredRecord first = made(storage, record("a/b", Optional.of("i"), Term.ofText("t", "x")));
        ArtifactStorage other = again();
        assertThat(load(other, "a/b")).contains(first);
        assertThat(load(storage, "a")).isEmpty();
        assertThat(put(other, record("a/b"), Optional.empty())).isEqualTo(CommitOutcome.CHANGED);
        assertThat(put(other, record("a/b"), Optional.of("no"))).isEqualTo(CommitOutcome.CHANGED);
        assertThat(put(other, record("none"), Optional.of(first.revision()))).isEqualTo(CommitOutcome.CHANGED);
        assertThat(load(storage, "a/b")).contains(first);
        StoredRecord second = replaced(other, first, record("a/b"));
        assertThat(load(storage, "a/b")).contains(second);
        assertThat(commit(storage, new RecordChange.Delete("a/b", first.revision())))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(commit(storage, new RecordChange.Delete("a/b", second.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(load(other, "a/b")).isEmpty();
        assertThat(commit(storage, new RecordChange.Delete("a/b", second.revision())))
                .isEqualTo(CommitOutcome.CHANGED);
    }

    @Test
    @DisplayName("what a record holds comes back to the byte: long manifests, all kinds of text, no terms and many")
    final void keepsContent() {
        ArtifactStorage storage = empty();
        byte[] manifest = new byte[1 << 20];
        new Random(4).nextBytes(manifest);
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] value = new byte[i + 1];
            Arrays.fill(value, (byte) (i % 3 == 0 ? 0 : i));
            terms.add(new Term("f\u00e9 " + i % 7, Bytes.wrap(value)));
        }
        StoredRecord record = new StoredRecord(
                "\u00e9/\u4e2d \ud83d\ude00/" + "x".repeat(190),
                revision(),
                Optional.of("\0 any \n text " + "y".repeat(2000)),
                terms,
                Bytes.wrap(manifest),
                Optional.empty());
        made(storage, record);
        assertThat(load(again(), record.key())).contains(record);
        assertThat(storage.loadByIdentity(
                                Objects.requireNonNull(record.identity().orElse(null)))
                        .block(PATIENCE))
                .isEqualTo(record);
        for (Term term : terms) {
            assertThat(all(storage.lookup(List.of(TermRange.exactly(term))))).containsExactly(record);
        }
    }

    @Test
    @DisplayName("an identity is held by one record: another key is refused, and it is free after deletion or change")
    final void identities() {
        ArtifactStorage storage = empty();
        StoredRecord first = made(storage, record("a", Optional.of("i")));
        assertThat(put(storage, record("b", Optional.of("i")), Optional.empty()))
                .isEqualTo(CommitOutcome.IDENTITY_TAKEN);
        assertThat(load(storage, "b")).isEmpty();
        StoredRecord kept = replaced(storage, first, record("a", Optional.of("i")));
        assertThat(storage.loadByIdentity("i").block(PATIENCE)).isEqualTo(kept);
        StoredRecord other = replaced(storage, kept, record("a", Optional.of("j")));
        assertThat(storage.loadByIdentity("i").blockOptional(PATIENCE)).isEmpty();
        StoredRecord second = made(storage, record("b", Optional.of("i")));
        assertThat(put(storage, record("a", Optional.of("i")), Optional.of(other.revision())))
                .isEqualTo(CommitOutcome.IDENTITY_TAKEN);
        assertThat(commit(storage, new RecordChange.Delete("b", second.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        replaced(storage, other, record("a"));
        assertThat(storage.loadByIdentity("j").blockOptional(PATIENCE)).isEmpty();
        made(storage, record("c", Optional.of("j")));
        made(storage, record("d", Optional.of("i")));
    }

    @Test
    @DisplayName("of 16 who put the same identity under different keys at once, one succeeds")
    final void identitiesAreUniqueAtOnce() throws Exception {
        ArtifactStorage storage = empty();
        ArtifactStorage other = again();
        for (int round = 0; round < (proof ? 50 : 4); round++) {
            String identity = "same " + round;
            List<Callable<CommitOutcome>> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String key = round + "/" + i;
                tasks.add(() -> put(
                        key.hashCode() % 2 == 0 ? storage : other,
                        record(key, Optional.of(identity)),
                        Optional.empty()));
            }
            List<CommitOutcome> outcomes = together(tasks);
            assertThat(Collections.frequency(outcomes, CommitOutcome.APPLIED)).isEqualTo(1);
            assertThat(Collections.frequency(outcomes, CommitOutcome.IDENTITY_TAKEN))
                    .isEqualTo(15);
            assertThat(all(storage.list(round + "/", ""))).hasSize(1);
        }
    }

    @Test
    @DisplayName("of 16 who replace one revision at once, one succeeds")
    final void revisionsAreReplacedOnce() throws Exception {
        ArtifactStorage storage = empty();
        StoredRecord stands = made(storage, record("k", Term.ofText("n", "0")));
        for (int round = 0; round < (proof ? 50 : 4); round++) {
            StoredRecord old = stands;
            List<Callable<CommitOutcome>> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int number = i;
                tasks.add(() -> put(storage, record("k", Term.ofText("n", "" + number)), Optional.of(old.revision())));
            }
            assertThat(Collections.frequency(together(tasks), CommitOutcome.APPLIED))
                    .isEqualTo(1);
            stands = load(storage, "k").orElseThrow();
            assertThat(all(storage.lookup(List.of(TermRange.beginning("n", "")))))
                    .containsExactly(stands);
        }
    }

    @Test
    @DisplayName("a rename moves record, identity and terms to a key that has none")
    final void renames() {
        ArtifactStorage storage = empty();
        Term term = Term.ofText("t", "x");
        StoredRecord old = made(storage, record("a", Optional.of("i"), term));
        StoredRecord there = made(storage, record("b"));
        StoredRecord moved = record("c", Optional.of("i"), term);
        assertThat(commit(storage, new RecordChange.Rename(record("b"), "a", old.revision())))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(commit(storage, new RecordChange.Rename(moved, "a", there.revision())))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(commit(storage, new RecordChange.Rename(moved, "none", old.revision())))
                .isEqualTo(CommitOutcome.CHANGED);
        assertThat(commit(storage, new RecordChange.Rename(moved, "a", old.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(load(storage, "a")).isEmpty();
        assertThat(load(storage, "c")).contains(moved);
        assertThat(storage.loadByIdentity("i").block(PATIENCE)).isEqualTo(moved);
        assertThat(all(storage.lookup(List.of(TermRange.exactly(term))))).containsExactly(moved);
        made(storage, record("a"));
    }

    @Test
    @DisplayName("a listing is ordered by the bytes of keys, begins behind a key, keeps to a prefix, and ends")
    final void lists() {
        ArtifactStorage storage = empty();
        assertThat(all(storage.list("", ""))).isEmpty();
        TreeMap<Bytes, StoredRecord> model = new TreeMap<>();
        Random random = new Random(5);
        for (int i = 0; i < (proof ? 5000 : 400); i++) {
            String key =
                    List.of("a", "ab", "a/b", "\u00e9", "\ud83d\ude00", "z").get(random.nextInt(6)) + "/" + i;
            model.put(Bytes.ofText(key), made(storage, record(key)));
        }
        assertThat(all(storage.list("", ""))).containsExactlyElementsOf(model.values());
        for (String prefix : List.of("a", "a/", "a/b", "\u00e9", "zz", "\ud83d\ude00/1")) {
            for (String after : List.of("", "a/b/2", "a/b/\ud83d\ude00", "zzzz", "0")) {
                assertThat(all(storage.list(prefix, after)))
                        .containsExactlyElementsOf(model.values().stream()
                                .filter(record -> record.key().startsWith(prefix))
                                .filter(record -> Bytes.ofText(record.key()).compareTo(Bytes.ofText(after)) > 0)
                                .toList());
            }
        }
        assertThat(all(storage.list("", "").take(3))).hasSize(3);
    }

    @Test
    @DisplayName(
            "a lookup finds what has a term in each range, each once, also where values hold zeros or begin each other")
    final void lookups() {
        ArtifactStorage storage = empty();
        Random random = new Random(6);
        List<StoredRecord> model = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            Term[] terms = new Term[random.nextInt(6)];
            for (int t = 0; t < terms.length; t++) {
                terms[t] = switch (random.nextInt(3)) {
                    case 0 -> Term.ofNumber("n", random.nextInt(41) - 20);
                    case 1 -> Term.ofText("s", "abc".repeat(80).substring(0, random.nextInt(12)));
                    default -> new Term("b", zeros(random));
                };
            }
            StoredRecord record = made(storage, record("k" + i, terms));
            if (i % 3 == 0) {
                StoredRecord other = replaced(storage, record, record("k" + i, Term.ofNumber("n", i % 10)));
                record = other;
            }
            model.add(record);
        }
        for (int round = 0; round < (proof ? 2000 : 120); round++) {
            List<TermRange> ranges = new ArrayList<>();
            for (int r = 0; r <= round % 3; r++) {
                Bytes one = zeros(random);
                Bytes two = zeros(random);
                ranges.add(
                        switch (random.nextInt(4)) {
                            case 0 -> TermRange.between("n", random.nextInt(30) - 20, random.nextInt(25));
                            case 1 -> TermRange.beginning("s", "abcabc".substring(0, random.nextInt(6)));
                            case 2 -> TermRange.exactly(Term.ofNumber("n", random.nextInt(10)));
                            default -> new TermRange("b", one, two);
                        });
            }
            assertThat(all(storage.lookup(ranges)))
                    .as("%s", ranges)
                    .containsExactlyInAnyOrderElementsOf(model.stream()
                            .filter(record -> ranges.stream()
                                    .allMatch(range -> record.terms().stream().anyMatch(range::holds)))
                            .toList());
        }
    }

    private static Bytes zeros(Random random) {
        byte[] bytes = new byte[random.nextInt(3) == 0 ? 250 + random.nextInt(7) : random.nextInt(4)];
        if (bytes.length > 0) {
            bytes[bytes.length - 1] = (byte) random.nextInt(3);
        }
        return Bytes.wrap(bytes);
    }

    @Test
    @DisplayName("numbers are ordered as numbers, both zeros being one, infinities at the ends")
    final void numbers() {
        ArtifactStorage storage = empty();
        double[] numbers = {
            Double.NEGATIVE_INFINITY, -1e300, -2, -1e-300, -0.0, 1e-300, 2, 1e300, Double.POSITIVE_INFINITY
        };
        List<StoredRecord> records = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            records.add(made(storage, record("k" + i, Term.ofNumber("n", numbers[i]))));
        }
        for (int from = 0; from < numbers.length; from++) {
            for (int to = from; to < numbers.length; to++) {
                assertThat(all(storage.lookup(List.of(TermRange.between("n", numbers[from], numbers[to])))))
                        .containsExactlyInAnyOrderElementsOf(records.subList(from, to + 1));
            }
        }
        assertThat(all(storage.lookup(List.of(TermRange.between("n", 0.0, 0.0)))))
                .containsExactly(records.get(4));
    }

    @Test
    @DisplayName("a lookup is cancelled after its first records, and bad arguments fail at the call")
    final void arguments() {
        ArtifactStorage storage = empty();
        for (int i = 0; i < 20; i++) {
            made(storage, record("k" + i, Term.ofText("t", "x" + i)));
        }
        assertThat(all(storage.lookup(List.of(TermRange.beginning("t", "x"))).take(2)))
                .hasSize(2);
        assertThatThrownBy(() -> storage.lookup(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.atomflux.mongo;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The root document of a group as it was at one moment; every publish is one conditional update of it.
 *
 * <p>Its fields: {@code layout} and {@code v}; {@code rev} and {@code struct}, which count publishes and those that are no
 * pure appends; {@code size}, {@code base}, {@code tree} and {@code open}, the index; {@code nextClient}, {@code clients},
 * {@code nclients} and {@code dead}, the writers with their marks; {@code young}, {@code old} and {@code turned}, the chains
 * of garbage; {@code want}, a writer that asks others to wait; {@code log}, what followers are told. It stays below 64 KiB.
 *
 * <p>The counters of a new root begin at random: what was remembered, or is still under way, from a store that was removed
 * fits no condition of the one made in its place.
 */
final class Root {

    static final BsonString ID = new BsonString("__root__");
    static final String LAYOUT = "paged";
    static final int VERSION = 1;

    /** Numbers of clients have 31 bits, so that ids stay positive. */
    private static final long MOST_CLIENTS = 1L << 31;

    private final BsonDocument document;
    private final IndexView view;

    /** A writer: its mark, and when it was last heard of. */
    record Client(long number, long mark, Instant at) {}

    private Root(BsonDocument document, IndexView view) {
        this.document = document;
        this.view = view;
    }

    /** Makes the root of an empty store. */
    static BsonDocument make(long rev, long struct, long firstClient) {
        return Bson.doc(
                "_id",
                ID,
                "layout",
                LAYOUT,
                "v",
                VERSION,
                "rev",
                rev,
                "struct",
                struct,
                "size",
                0L,
                "base",
                0L,
                "tree",
                BsonNull.VALUE,
                "open",
                new BsonArray(),
                "nextClient",
                firstClient,
                "clients",
                new BsonDocument(),
                "nclients",
                0,
                "dead",
                new BsonDocument(),
                "young",
                BsonNull.VALUE,
                "old",
                BsonNull.VALUE,
                "turned",
                new BsonDateTime(0),
                "log",
                new BsonArray());
    }

    /**
     * Reads a whole root.
     *
     * @throws CorruptDataException if a field is damaged
     * @throws ForeignDataException if it is of another layout or version
     */
    static Root of(BsonDocument document, String store) {
        BsonValue layout = document.get("layout");
        if (layout == null
                || !layout.equals(new BsonString(LAYOUT))
                || !document.isNumber("v")
                || document.getNumber("v").intValue() != VERSION) {
            throw new ForeignDataException(
                    store,
                    "a document __root__ of layout %s, version %s".formatted(layout, document.get("v")),
                    "layout \"%s\", version %d, or no document __root__".formatted(LAYOUT, VERSION));
        }
        try {
            List<Entry> open = new ArrayList<>();
            for (BsonValue entry : document.getArray("open")) {
                open.add(Entry.of(entry));
            }
            IndexView view = new IndexView(
                    Bson.number(document, "rev"),
                    Bson.number(document, "struct"),
                    Bson.number(document, "size"),
                    Bson.number(document, "base"),
                    Bson.idOrZero(document, "tree"),
                    open);
            if (view.listed() != view.size()) {
                throw new IllegalArgumentException(
                        "rows listed: %d (expected: %d, the size)".formatted(view.listed(), view.size()));
            }
            Root root = new Root(document, view);
            root.check();
            return root;
        } catch (IllegalArgumentException | org.bson.BsonInvalidOperationException e) {
            throw new CorruptDataException(store, "document __root__", String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Reads what writers and sweepers compare: of another type it would fit no condition, and be asked for again and again.
     *
     * @throws IllegalArgumentException if a field is damaged
     */
    private void check() {
        long next = nextClient();
        if (next < 0 || next > MOST_CLIENTS) {
            throw new IllegalArgumentException(
                    "field \"nextClient\": %d (expected: 0 to %d)".formatted(next, MOST_CLIENTS));
        }
        if (clientCount() < 0) {
            throw new IllegalArgumentException("field \"nclients\": %d (expected: 0 or more)".formatted(clientCount()));
        }
        var unused = List.of(clients(), dead(), young(), old(), want(), turned(), log());
    }

    IndexView view() {
        return view;
    }

    long nextClient() {
        return Bson.number(document, "nextClient");
    }

    long clientCount() {
        return Bson.number(document, "nclients");
    }

    long young() {
        return Bson.idOrZero(document, "young");
    }

    long old() {
        return Bson.idOrZero(document, "old");
    }

    Instant turned() {
        return Instant.ofEpochMilli(document.getDateTime("turned").getValue());
    }

    /** Returns the writer that asks others to wait, or 0. */
    long want() {
        return Bson.idOrZero(document, "want");
    }

    /** Returns the mark of a registered writer. */
    OptionalLong mark(long number) {
        return markIn(document, "clients", number);
    }

    /** Returns the mark that was recorded when a writer was swept. */
    OptionalLong deadMark(long number) {
        return markIn(document, "dead", number);
    }

    static OptionalLong markIn(BsonDocument document, String field, long number) {
        BsonValue writers = document.get(field);
        BsonValue writer =
                writers != null && writers.isDocument() ? writers.asDocument().get("c" + number) : null;
        return writer != null && writer.isDocument()
                ? OptionalLong.of(Bson.number(writer.asDocument(), "m"))
                : OptionalLong.empty();
    }

    List<Client> clients() {
        return clients("clients");
    }

    List<Client> dead() {
        return clients("dead");
    }

    private List<Client> clients(String field) {
        Map<Long, Client> clients = new TreeMap<>();
        for (Map.Entry<String, BsonValue> client : document.getDocument(field).entrySet()) {
            BsonDocument state = client.getValue().asDocument();
            BsonValue at = state.get("at");
            long number = Long.parseLong(client.getKey().substring(1));
            clients.put(
                    number,
                    new Client(
                            number,
                            Bson.number(state, "m"),
                            Instant.ofEpochMilli(
                                    at == null ? 0 : at.asDateTime().getValue())));
        }
        return List.copyOf(clients.values());
    }

    /** Returns the size after a publish known by its id; the size now if too much happened since. */
    long sizeAfter(long id) {
        return ChangeLog.sizeAfter(id, view.size(), log()).orElse(view.size());
    }

    /** Returns what followers are told, oldest first. */
    BsonArray log() {
        @Nullable BsonValue log = document.get("log");
        return log == null ? new BsonArray() : log.asArray();
    }
}

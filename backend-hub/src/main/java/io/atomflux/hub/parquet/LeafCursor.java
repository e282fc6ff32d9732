package io.atomflux.hub.parquet;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Goes through the entries (levels, and a value where there is one) of one column chunk. */
final class LeafCursor {

    private static final byte[] NONE = new byte[0];

    final Place place;
    final LeafType type;
    final int largestDefinition;
    private final PageReader pages;
    private byte[] repetitions = NONE;
    private byte[] definitions = NONE;
    /** Whether the header of the next page has been read, and nothing else of it. */
    private boolean pending;

    private boolean flat = true;
    private boolean allPresent = true;
    private int count;
    private int at;
    private int value;
    private @Nullable Values values;

    LeafCursor(PageReader pages, FileSchema.Leaf leaf, Place place) {
        this.pages = pages;
        this.place = place;
        this.type = leaf.type();
        this.largestDefinition = leaf.definition();
    }

    /** Tells whether there is an entry, going to the next page if need be. */
    boolean ready() {
        while (at >= count) {
            if (!hasPage()) {
                return false;
            }
            load();
        }
        return true;
    }

    private boolean hasPage() {
        pending = pending || pages.next();
        return pending;
    }

    private void load() {
        pending = false;
        values = null;
        value = 0;
        at = 0;
        count = 0;
        pages.load();
        byte[] repeated = pages.repetitions();
        byte[] defined = pages.definitions();
        flat = repeated == null;
        allPresent = defined == null;
        repetitions = repeated == null ? NONE : repeated;
        definitions = defined == null ? NONE : defined;
        count = pages.count();
    }

    /** Returns the repetition level of the current entry. */
    int repetition() {
        return flat ? 0 : repetitions[at];
    }

    /** Returns the definition level of the current entry. */
    int definition() {
        return allPresent ? largestDefinition : definitions[at];
    }

    /** Returns the repetition level of the current entry, or -1 behind the last one. */
    int upcoming() {
        return ready() ? repetition() : -1;
    }

    /** Makes sure that the current entry is where the other columns of its struct are. */
    void require(int repetition) {
        if (!ready()) {
            throw place.corrupt("fewer values than there are rows");
        }
        if (repetition() != repetition) {
            throw contradiction();
        }
    }

    CorruptDataException contradiction() {
        return place.corrupt("levels that contradict each other, or those of another column of the same struct");
    }

    /** Returns the value of the current entry, which has one. */
    @Nullable
    Object current() {
        return values().at(value);
    }

    /** Returns about how many bytes the value of the current entry takes. */
    int currentSize() {
        return values().size(value);
    }

    private Values values() {
        Values decoded = values;
        if (decoded == null) {
            decoded = pages.values();
            values = decoded;
        }
        return decoded;
    }

    /** Goes to the next entry. */
    void advance() {
        if (definition() == largestDefinition) {
            value++;
        }
        at++;
    }

    /**
     * Passes so many rows; must stand at the first entry of a row. Pages whose header tells that all of their rows are to be
     * skipped are not looked into.
     */
    void skipRows(long rows) {
        long left = rows;
        while (left > 0) {
            if (at < count) {
                require(0);
                do {
                    advance();
                } while (rowGoesOn());
                left--;
            } else if (!hasPage()) {
                throw place.corrupt("fewer values than there are rows");
            } else if (pages.rows() >= 0 && pages.rows() <= left) {
                left -= pages.rows();
                pending = false;
            } else {
                load();
            }
        }
    }

    // Pages that tell how many rows they have begin with one.
    private boolean rowGoesOn() {
        while (at >= count) {
            if (!hasPage() || pages.rows() >= 0) {
                return false;
            }
            load();
        }
        return repetition() > 0;
    }

    /**
     * Passes the current entry and those behind it that go on with a list, and returns them; valid until the next call.
     *
     * @param repeats the repetition level of the list
     */
    Entries entries(int repeats) {
        int end = at + 1;
        byte[] levels = repetitions;
        int last = count;
        while (end < last && levels[end] >= repeats) {
            end++;
        }
        return end < last ? take(end) : spanning(repeats);
    }

    private Entries take(int end) {
        int length = end - at;
        int there = length;
        if (!allPresent) {
            there = 0;
            for (int i = at; i < end; i++) {
                there += definitions[i] == largestDefinition ? 1 : 0;
            }
        }
        Entries entries =
                new Entries(repetitions, there == length ? null : definitions, at, end, values(), value, there);
        at = end;
        value += there;
        return entries;
    }

    /** The last list of a page may go on in the next one, which takes the place of this one; so this part is copied. */
    private Entries spanning(int repeats) {
        Entries part = take(count);
        int width = type.width;
        byte[] levels = NONE;
        byte[] defined = NONE;
        byte[] numbers = NONE;
        int length = 0;
        int there = 0;
        boolean more;
        do {
            int added = part.to() - part.from();
            if (length + (long) added > PageReader.LARGEST_PAGE / width) {
                throw new LimitExceededException(
                        "numbers of one list in " + place.text(),
                        length + (long) added,
                        PageReader.LARGEST_PAGE / width,
                        "leave the column out");
            }
            levels = grown(levels, length + added);
            defined = grown(defined, length + added);
            numbers = grown(numbers, (there + part.present()) * width);
            System.arraycopy(part.repetitions(), part.from(), levels, length, added);
            byte[] definitions = part.definitions();
            if (definitions == null) {
                Arrays.fill(defined, length, length + added, (byte) largestDefinition);
            } else {
                System.arraycopy(definitions, part.from(), defined, length, added);
            }
            part.values().copy(part.value(), part.present(), numbers, there * width);
            length += added;
            there += part.present();
            more = upcoming() >= repeats;
            if (more) {
                int end = at;
                while (end < count && repetitions[end] >= repeats) {
                    end++;
                }
                part = take(end);
            }
        } while (more);
        Values copied = new Values.Fixed(type, there, numbers, 0);
        return new Entries(levels, there == length ? null : defined, 0, length, copied, 0, there);
    }

    private static byte[] grown(byte[] bytes, int length) {
        return bytes.length >= length ? bytes : Arrays.copyOf(bytes, Math.max(length, bytes.length * 2));
    }

    /** Makes sure that nothing is left, and lets go of the page. */
    void finish() {
        if (ready()) {
            throw place.corrupt("more values than there are rows");
        }
        pages.release();
    }
}

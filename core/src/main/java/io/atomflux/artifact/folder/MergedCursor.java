package io.atomflux.artifact.folder;

import io.atomflux.value.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Walks several cursors as one; of the same key the entry of the first cursor counts. */
final class MergedCursor implements Cursor {

    private final PriorityQueue<Source> sources = new PriorityQueue<>();
    private final List<Source> at = new ArrayList<>(); // those that stand at the key, newest first

    private record Source(Cursor cursor, Bytes key, int rank) implements Comparable<Source> {
        @Override
        public int compareTo(Source other) {
            int order = key.compareTo(other.key);
            return order != 0 ? order : Integer.compare(rank, other.rank);
        }
    }

    /** Merges cursors, newest first. */
    MergedCursor(List<Cursor> cursors) {
        for (int rank = 0; rank < cursors.size(); rank++) {
            add(cursors.get(rank), rank);
        }
        gather();
    }

    private void add(Cursor cursor, int rank) {
        Bytes key = cursor.key();
        if (key != null) {
            sources.add(new Source(cursor, key, rank));
        }
    }

    private void gather() {
        Source first = sources.poll();
        while (first != null) {
            at.add(first);
            Source next = sources.peek();
            first = next != null && next.key().equals(first.key()) ? sources.poll() : null;
        }
    }

    @Override
    public @Nullable Bytes key() {
        return at.isEmpty() ? null : at.get(0).key();
    }

    @Override
    public @Nullable Bytes value() throws IOException {
        return at.get(0).cursor().value();
    }

    @Override
    public void advance() throws IOException {
        for (Source source : at) {
            source.cursor().advance();
            add(source.cursor(), source.rank());
        }
        at.clear();
        gather();
    }
}

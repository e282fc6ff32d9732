package io.atomflux.redis;

import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import java.util.ArrayList;
import java.util.List;

/** The last key sets seen, so that rows with the same keys share one; for any number of threads. */
final class KeySets {

    private static final int REMEMBERED = 16;

    private volatile KeySet[] known = {};

    /**
     * Finds the set of these keys in this order.
     *
     * @param bounds for key i, start {@code bounds[2i]} and end {@code bounds[2i + 1]} of its bytes
     */
    KeySet of(byte[] buffer, int[] bounds, int count) {
        for (KeySet candidate : known) {
            if (candidate.size() == count && matches(candidate, buffer, bounds)) {
                return candidate;
            }
        }
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(Bytes.wrap(buffer, bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i])
                    .keyText());
        }
        return remember(KeySet.of(names));
    }

    /** Finds the set of the keys for which there is a value. */
    KeySet of(KeySet wanted, int[] bounds) {
        int count = 0;
        for (int i = 0; i < wanted.size(); i++) {
            count += bounds[2 * i] < 0 ? 0 : 1;
        }
        if (count == wanted.size()) {
            return wanted;
        }
        for (KeySet candidate : known) {
            if (candidate.size() == count && matches(candidate, wanted, bounds)) {
                return candidate;
            }
        }
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < wanted.size(); i++) {
            if (bounds[2 * i] >= 0) {
                names.add(wanted.name(i));
            }
        }
        return remember(KeySet.of(names));
    }

    private static boolean matches(KeySet candidate, byte[] buffer, int[] bounds) {
        for (int i = 0; i < candidate.size(); i++) {
            if (!candidate.encodedEquals(i, buffer, bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(KeySet candidate, KeySet wanted, int[] bounds) {
        int at = 0;
        for (int i = 0; i < wanted.size(); i++) {
            if (bounds[2 * i] >= 0 && !candidate.name(at++).equals(wanted.name(i))) {
                return false;
            }
        }
        return true;
    }

    private KeySet remember(KeySet made) {
        KeySet[] before = known;
        KeySet[] after = new KeySet[Math.min(before.length + 1, REMEMBERED)];
        after[0] = made;
        System.arraycopy(before, 0, after, 1, after.length - 1);
        known = after; // two threads may forget one another's: then it is made once more
        return made;
    }
}

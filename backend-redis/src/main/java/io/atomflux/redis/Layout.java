package io.atomflux.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of one group; the first three as asebytes 0.3 has them (its Redis layout), the others beside them.
 *
 * <p>A row is a hash {@code <group>:row:<sort key>}, and the list of sort keys gives the order; a reserved row has no hash.
 */
final class Layout {

    static final String DEFAULT_GROUP = "default";

    /** List of the sort keys in the order of the rows, as decimal text. */
    final byte[] list;

    /** The next unused sort key. */
    final byte[] counter;

    /** Hash: revision, next client number, highest sort key seen, clients. */
    final byte[] control;

    /** List of the last changes. */
    final byte[] log;

    /** Hash: rows being staged, by the name of their write. */
    final byte[] open;

    /** Set of the names of lists whose rows are to be deleted. */
    final byte[] graves;

    final byte[] rowPrefix;
    final byte[] clientPrefix;
    private final String prefix;
    private final boolean braces;

    /**
     * @param braces whether all keys shall share a slot of a cluster
     */
    Layout(String group, boolean braces) {
        this.braces = braces;
        this.prefix = braces ? "{" + group + "}" : group;
        this.list = key(":sort_keys");
        this.counter = key(":next_sk");
        this.control = key(":atomflux:ctl");
        this.log = key(":atomflux:log");
        this.open = key(":atomflux:open");
        this.graves = key(":atomflux:graves");
        this.rowPrefix = key(":row:");
        this.clientPrefix = key(":atomflux:c:");
    }

    /** Returns the beginning of keys beside those of the rows, which no group of rows has, and which share a slot. */
    String beside(String kind) {
        return kind + "/" + (braces ? prefix : "{" + prefix + "}") + ":";
    }

    String prefix() {
        return prefix;
    }

    private byte[] key(String rest) {
        return bytes(prefix + rest);
    }

    byte[] row(long sortKey) {
        return key(":row:" + sortKey);
    }

    byte[] client(String number) {
        return key(":atomflux:c:" + number);
    }

    byte[] grave(String name) {
        return key(":atomflux:grave:" + name);
    }

    /** Returns a pattern that finds all row hashes of the group, and perhaps other keys. */
    String rowPattern() {
        StringBuilder glob = new StringBuilder();
        for (char c : (prefix + ":row:").toCharArray()) {
            if ("\\*?[]^-".indexOf(c) >= 0) {
                glob.append('\\');
            }
            glob.append(c);
        }
        return glob.append('*').toString();
    }

    /** Tells the sort key of a row's key; negative if the key is none of this group's rows. */
    long sortKeyOf(byte[] key) {
        int length = key.length - rowPrefix.length;
        if (length < 1 || length > 18 || !Arrays.equals(key, 0, rowPrefix.length, rowPrefix, 0, rowPrefix.length)) {
            return -1;
        }
        return sortKey(key, rowPrefix.length, length);
    }

    /** Reads decimal text without leading zeros; negative if it is something else. */
    static long sortKey(byte[] text, int from, int length) {
        if (length < 1 || length > 18 || length > 1 && text[from] == '0') {
            return -1;
        }
        long number = 0;
        for (int i = from; i < from + length; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return -1;
            }
            number = 10 * number + text[i] - '0';
        }
        return number;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }
}

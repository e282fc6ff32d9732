package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The collections that texts of any length are in. HDF5's library reads beyond them, or for good, where they are damaged.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", III.E and VIII.A.
 */
final class CheckedTexts {

    private static final int LEAST_BYTES = 4096;
    private static final int MOST_COLLECTIONS = 64;
    private static final long NOT_THERE = -1;

    private final CheckedFile file;
    /** How long the objects of a collection are, by number; those looked at last. */
    private final Map<Long, long[]> collections = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
            return size() > MOST_COLLECTIONS;
        }
    };

    CheckedTexts(CheckedFile file) {
        this.file = file;
    }

    /** Makes a check of the texts in a file whose superblock is known to be whole. */
    static CheckedTexts of(Backing backing, String store) throws IOException {
        CheckedFile file = new CheckedFile(backing, store, backing.length());
        CheckedSuperblock.read(file, CheckedSuperblock.find(backing));
        // All that is there: the library tells the superblock of what it adds later than it adds it.
        file.measures(file.base(), backing.length(), file.addressBytes(), file.lengthBytes());
        file.unlimited();
        return new CheckedTexts(file);
    }

    /** Returns how many bytes an element takes in the file. */
    int elementBytes() {
        return 8 + file.addressBytes();
    }

    /** Looks at where texts are, as arrays and attributes have it. */
    void elements(byte[] elements, String what) throws IOException {
        elements(new CheckedPart(file, what, 0, elements, 0, elements.length));
    }

    /** Looks at where texts are. */
    void elements(CheckedPart part) throws IOException {
        while (part.left() >= elementBytes()) {
            long length = part.u32();
            long address = part.number(file.addressBytes());
            long number = part.u32();
            if (address == 0 || length == 0 && number == 0) {
                continue;
            }
            long[] known = collections.get(address);
            long[] lengths = known != null ? known : read(address);
            if (known == null) {
                collections.put(address, lengths);
            }
            if (number >= lengths.length || lengths[(int) number] < length) {
                throw part.wrong(
                        "text %d of %d bytes in the collection at byte %d"
                                .formatted(number, length, address + file.base()),
                        "one that it has");
            }
        }
    }

    private long[] read(long address) throws IOException {
        CheckedPart head = file.part("collection of texts", address, 8L + file.lengthBytes());
        head.signature("GCOL");
        head.version(1, 1);
        head.skip(3);
        long bytes = head.length();
        head.range("bytes", bytes, LEAST_BYTES, file.length());
        CheckedPart part = file.part("collection of texts", address, bytes);
        part.skip((8L + file.lengthBytes() + 7) / 8 * 8);
        int objectHead = (8 + file.lengthBytes() + 7) / 8 * 8;
        long[] lengths = new long[16];
        Arrays.fill(lengths, NOT_THERE);
        while (part.left() >= objectHead) {
            CheckedPart object = part.part("text", objectHead);
            int number = object.u16();
            object.skip(6);
            long length = object.length();
            part.range("bytes of a text", length, number == 0 ? objectHead : 0, bytes);
            if (number == 0) {
                part.skip(Math.min(part.left(), (length + 7) / 8 * 8 - objectHead));
                continue;
            }
            part.skip((length + 7) / 8 * 8);
            if (number >= lengths.length) {
                int before = lengths.length;
                lengths = Arrays.copyOf(lengths, Math.max(number + 1, 2 * before));
                Arrays.fill(lengths, before, lengths.length, NOT_THERE);
            }
            if (lengths[number] != NOT_THERE) {
                throw part.wrong("two texts %d".formatted(number), "one");
            }
            lengths[number] = length;
        }
        return lengths;
    }
}

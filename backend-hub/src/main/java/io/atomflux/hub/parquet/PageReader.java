package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;
import java.util.zip.CRC32;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one column chunk, one after the other: header, checksum, decompression, levels, values.
 *
 * <p>Holds one page at a time and the dictionary; the bytes of the next page replace those of the one before. Sources: "Data
 * Pages" and {@code PageHeader} in {@code README.md} and {@code parquet.thrift} of the Parquet format.
 */
final class PageReader {

    /** How large a page may be, decompressed. */
    static final int LARGEST_PAGE = 256 << 20;

    private static final int MOST_VALUES = 64 << 20;

    private final byte[] chunk;
    private final int end;
    private final CompressionCodec codec;
    private final FileSchema.Leaf leaf;
    private final Place place;
    private final DecodedBytes decoded;
    private long valuesLeft;
    private int at;

    private Values.@Nullable Dictionary dictionary;
    private byte[] room = new byte[0];
    private long held;
    private long dictionaryHeld;

    // The current page.
    private PageHeader header = new PageHeader();
    private int content;
    private byte @Nullable [] repetitions;
    private byte @Nullable [] definitions;
    private Encoding encoding = Encoding.PLAIN;
    private byte[] data = new byte[0];
    private int dataFrom;
    private int dataTo;

    PageReader(
            byte[] chunk,
            int from,
            int to,
            CompressionCodec codec,
            long values,
            FileSchema.Leaf leaf,
            Place place,
            DecodedBytes decoded) {
        this.chunk = chunk;
        this.at = from;
        this.end = to;
        this.codec = codec;
        this.valuesLeft = values;
        this.leaf = leaf;
        this.place = place;
        this.decoded = decoded;
    }

    /** Goes to the next data page, reading no more than its header; false if there is none. */
    boolean next() {
        while (valuesLeft > 0) {
            header = new PageHeader();
            content = BoundedThrift.pageHeader(header, chunk, at, end, place);
            int size = header.getCompressed_page_size();
            if (size < 0 || size > end - content) {
                throw place.corrupt("a page of %d bytes (expected: at most %d)".formatted(size, end - content));
            }
            int full = header.getUncompressed_page_size();
            if (full < 0) {
                throw place.corrupt("a page of %d bytes, decompressed".formatted(full));
            }
            if (full > LARGEST_PAGE) {
                throw new LimitExceededException(
                        "bytes of a page in " + place.text(), full, LARGEST_PAGE, "leave the column out");
            }
            at = content + size;
            PageType type = header.getType();
            if (type == PageType.DICTIONARY_PAGE) {
                readDictionary();
            } else if (type == PageType.DATA_PAGE || type == PageType.DATA_PAGE_V2) {
                int count = count();
                if (count < 0 || count > valuesLeft) {
                    throw place.corrupt("a page of %d values (expected: at most %d)".formatted(count, valuesLeft));
                }
                if (count > MOST_VALUES) {
                    throw new LimitExceededException(
                            "values of a page in " + place.text(), count, MOST_VALUES, "leave the column out");
                }
                valuesLeft -= count;
                return true;
            }
            // Other types, such as index pages, are skipped, as the format asks.
        }
        return false;
    }

    /** Returns the number of levels of the current page. */
    int count() {
        DataPageHeaderV2 two = header.getData_page_header_v2();
        if (header.getType() == PageType.DATA_PAGE_V2 && two != null) {
            return two.getNum_values();
        }
        DataPageHeader one = header.getData_page_header();
        if (header.getType() == PageType.DATA_PAGE && one != null) {
            return one.getNum_values();
        }
        throw place.corrupt("a page without the header of its type");
    }

    /** Returns how many rows begin in the current page, or -1 if only its levels tell. */
    long rows() {
        if (leaf.repetition() == 0) {
            return count();
        }
        DataPageHeaderV2 two = header.getData_page_header_v2();
        return header.getType() == PageType.DATA_PAGE_V2 && two != null ? two.getNum_rows() : -1;
    }

    /** Decompresses the current page and reads its levels. */
    void load() {
        checkSum();
        decoded.change(-held, place);
        held = 0;
        reserve(header.getUncompressed_page_size() + 2L * count());
        DataPageHeaderV2 two = header.getData_page_header_v2();
        DataPageHeader one = header.getData_page_header();
        if (header.getType() == PageType.DATA_PAGE_V2 && two != null) {
            loadTwo(two);
        } else if (one != null) {
            loadOne(one);
        }
    }

    /** Returns the repetition levels of the current page; null if no column on the path repeats. */
    byte @Nullable [] repetitions() {
        return repetitions;
    }

    /** Returns the definition levels of the current page; null if all are the largest. */
    byte @Nullable [] definitions() {
        return definitions;
    }

    /** Decodes the values of the current page. */
    Values values() {
        int present = count();
        byte[] levels = definitions;
        if (levels != null) {
            present = 0;
            for (byte level : levels) {
                present += level == leaf.definition() ? 1 : 0;
            }
        }
        return Encodings.decode(
                encoding, leaf.type(), data, dataFrom, dataTo, present, dictionary, this::reserve, place);
    }

    private void reserve(long bytes) {
        decoded.change(bytes, place);
        held += bytes;
    }

    /** Lets go of everything. */
    void release() {
        decoded.change(-held - dictionaryHeld, place);
        held = 0;
        dictionaryHeld = 0;
        room = new byte[0];
        data = room;
        dictionary = null;
        repetitions = null;
        definitions = null;
    }

    private void checkSum() {
        if (header.isSetCrc()) {
            CRC32 sum = new CRC32();
            sum.update(chunk, content, header.getCompressed_page_size());
            if ((int) sum.getValue() != header.getCrc()) {
                throw place.corrupt("a page whose checksum does not fit");
            }
        }
    }

    private void loadOne(DataPageHeader page) {
        decompress(0, true);
        int count = page.getNum_values();
        repetitions = null;
        if (leaf.repetition() > 0) {
            repetitions = all(
                    levels(
                            place.there(page.getRepetition_level_encoding(), "encoding of levels"),
                            leaf.repetition(),
                            count),
                    leaf.repetition());
        }
        definitions = null;
        if (leaf.definition() > 0) {
            definitions = levels(
                    place.there(page.getDefinition_level_encoding(), "encoding of levels"), leaf.definition(), count);
        }
        encoding = place.there(page.getEncoding(), "encoding");
    }

    private byte @Nullable [] levels(Encoding levels, int largest, int count) {
        if (levels == Encoding.RLE) {
            int length = dataTo - dataFrom < 4 ? -1 : (int) LeafType.INT.get(data, dataFrom);
            if (length < 0 || length > dataTo - dataFrom - 4) {
                throw place.corrupt("levels of %d bytes in a page of %d".formatted(length, dataTo - dataFrom));
            }
            int from = dataFrom + 4;
            dataFrom = from + length;
            return Runs.levels(data, from, dataFrom, largest, count, place);
        }
        if (levels == Encoding.BIT_PACKED) {
            int from = dataFrom;
            byte[] read = Runs.packedLevels(data, from, dataTo, largest, count, place);
            dataFrom = from + (int) Runs.packedSize(largest, count);
            return read;
        }
        throw place.unsupported("levels in the encoding " + levels);
    }

    // Only levels that are all the largest come as null; a page in which every entry goes on with a list is possible.
    private static byte[] all(byte @Nullable [] levels, int largest, int count) {
        if (levels != null) {
            return levels;
        }
        byte[] all = new byte[count];
        java.util.Arrays.fill(all, (byte) largest);
        return all;
    }

    private byte[] all(byte @Nullable [] levels, int largest) {
        return all(levels, largest, count());
    }

    private void loadTwo(DataPageHeaderV2 page) {
        int repetition = page.getRepetition_levels_byte_length();
        int definition = page.getDefinition_levels_byte_length();
        int size = header.getCompressed_page_size();
        if (repetition < 0 || definition < 0 || (long) repetition + definition > size) {
            throw place.corrupt("levels of %d and %d bytes in a page of %d".formatted(repetition, definition, size));
        }
        int count = page.getNum_values();
        repetitions = null;
        if (leaf.repetition() > 0) {
            byte[] read = Runs.levels(chunk, content, content + repetition, leaf.repetition(), count, place);
            repetitions = all(read, leaf.repetition());
        }
        int from = content + repetition;
        definitions = null;
        if (leaf.definition() > 0) {
            definitions = Runs.levels(chunk, from, from + definition, leaf.definition(), count, place);
        }
        decompress(repetition + definition, page.isIs_compressed());
        encoding = place.there(page.getEncoding(), "encoding");
    }

    /** Points to the content of the page behind its levels, decompressed. */
    private void decompress(int levels, boolean compressed) {
        int from = content + levels;
        int length = header.getCompressed_page_size() - levels;
        int size = header.getUncompressed_page_size() - levels;
        if (codec == CompressionCodec.UNCOMPRESSED || !compressed || (length == 0 && size == 0)) {
            if (size != length) {
                throw place.corrupt("a page of %d bytes, not compressed (expected: %d)".formatted(length, size));
            }
            data = chunk;
            dataFrom = from;
            dataTo = from + length;
            return;
        }
        if (size < 0) {
            throw place.corrupt("a page of %d bytes, decompressed".formatted(size));
        }
        if (room.length < size) {
            // Room to spare, as the bits of the last values are read eight bytes at a time.
            room = new byte[size + 8];
        }
        PageCodec.decompress(codec, chunk, from, length, room, 0, size, place);
        data = room;
        dataFrom = 0;
        dataTo = size;
    }

    private void readDictionary() {
        DictionaryPageHeader page = header.getDictionary_page_header();
        if (page == null || dictionary != null) {
            throw place.corrupt(page == null ? "a dictionary page without its header" : "two dictionaries");
        }
        if (page.getEncoding() != Encoding.PLAIN && page.getEncoding() != Encoding.PLAIN_DICTIONARY) {
            throw place.unsupported("a dictionary in the encoding " + page.getEncoding());
        }
        int count = page.getNum_values();
        int size = header.getUncompressed_page_size();
        if (count < 0 || count > 8L * size) {
            throw place.corrupt("a dictionary of %d values in %d bytes".formatted(count, size));
        }
        checkSum();
        // Twice, as numbers are copied and other values kept as they were made; references and starts beside them.
        dictionaryHeld = 2L * size + 12L * count;
        decoded.change(dictionaryHeld, place);
        decompress(0, true);
        dictionary = new Values.Dictionary(
                Encodings.decode(Encoding.PLAIN, leaf.type(), data, dataFrom, dataTo, count, null, bytes -> {}, place));
        // The dictionary keeps these bytes.
        room = new byte[0];
    }
}

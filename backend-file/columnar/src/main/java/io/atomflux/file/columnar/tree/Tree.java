package io.atomflux.file.columnar.tree;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The groups and arrays of one file at one state; paths are parts joined by {@code /}, the root is the empty path.
 *
 * <p>Several threads may read at once. Attributes are values of the closed set: null, boolean, long, double, String, lists
 * and maps of them, {@code NdArray} where HDF5 has an array of numbers, {@link Reference} where it points elsewhere. An empty
 * list of texts may come as an empty array of numbers.
 */
public interface Tree {

    /** Tells whether there is a group at a path. */
    boolean hasGroup(String path) throws IOException;

    /** Lists the names in a group, of groups and arrays, sorted; empty if there is no such group. */
    List<String> names(String path) throws IOException;

    /** Returns the attributes of a group or an array; empty if there is none. */
    Map<String, @Nullable Object> attributes(String path) throws IOException;

    /**
     * Returns the array at a path, or empty if there is none.
     *
     * @throws io.atomflux.error.UnsupportedDataException if it has a type or a codec that is not read
     * @throws io.atomflux.error.CorruptDataException if its description contradicts itself
     */
    Optional<ArrayInfo> array(String path) throws IOException;

    /**
     * Reads and decodes one chunk.
     *
     * @param array what {@link #array} returned
     * @param index which chunk along each axis
     * @return a full chunk; the fill where the file has none
     * @throws io.atomflux.error.CorruptDataException if it does not decode, or to another length than a chunk's
     * @throws io.atomflux.error.LimitExceededException if a chunk would be larger than what is allowed
     */
    Chunk chunk(ArrayInfo array, Shape index) throws IOException;

    /**
     * Returns what tells one state of a chunk from another, as far as a look at its file can tell; costs microseconds.
     *
     * <p>For chunks that other programs may change without any change of {@link TreeStore#stamp}, as Python does in Zarr;
     * always the same where that cannot be.
     */
    default Object chunkStamp(ArrayInfo array, Shape index) throws IOException {
        return Boolean.TRUE;
    }

    /** Returns the bytes the chunks of an array take in the file, without what describes it. */
    long storedBytes(ArrayInfo array) throws IOException;
}

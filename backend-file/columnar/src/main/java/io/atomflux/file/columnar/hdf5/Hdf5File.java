package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5F_ACC_RDONLY;
import static org.bytedeco.hdf5.global.hdf5.H5F_ACC_RDWR;
import static org.bytedeco.hdf5.global.hdf5.H5F_ACC_TRUNC;
import static org.bytedeco.hdf5.global.hdf5.H5F_SCOPE_LOCAL;
import static org.bytedeco.hdf5.global.hdf5.H5Fclose;
import static org.bytedeco.hdf5.global.hdf5.H5Fcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Fflush;
import static org.bytedeco.hdf5.global.hdf5.H5Fget_info2;
import static org.bytedeco.hdf5.global.hdf5.H5Fopen;
import static org.bytedeco.hdf5.global.hdf5.H5I_DATASET;
import static org.bytedeco.hdf5.global.hdf5.H5Idec_ref;
import static org.bytedeco.hdf5.global.hdf5.H5Iget_type;
import static org.bytedeco.hdf5.global.hdf5.H5L_TYPE_EXTERNAL;
import static org.bytedeco.hdf5.global.hdf5.H5L_TYPE_SOFT;
import static org.bytedeco.hdf5.global.hdf5.H5Lexists;
import static org.bytedeco.hdf5.global.hdf5.H5Lget_info2;
import static org.bytedeco.hdf5.global.hdf5.H5Literate2;
import static org.bytedeco.hdf5.global.hdf5.H5Oexists_by_name;
import static org.bytedeco.hdf5.global.hdf5.H5Oget_info_by_name3;
import static org.bytedeco.hdf5.global.hdf5.H5Oopen;
import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_LINK_ACCESS_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5Pcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_elink_cb;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.hdf5.H5F_info2_t;
import org.bytedeco.hdf5.H5L_elink_traverse_t;
import org.bytedeco.hdf5.H5L_info2_t;
import org.bytedeco.hdf5.H5L_iterate2_t;
import org.bytedeco.hdf5.H5O_info2_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** A file the library has open, with the arrays of it that were looked at last; on the library's thread only. */
final class Hdf5File {

    /** What there is at a path. */
    enum Kind {
        NOTHING,
        GROUP,
        ARRAY,
        OTHER
    }

    private static final int MOST_DATASETS = 1024;
    private static final int MOST_NAMES = 1 << 20;
    private static final int BASIC_INFO = 1;
    /** From this version on the file itself says that somebody has it open for writing. */
    private static final int MARKED_SUPERBLOCK = 3;

    private static final AtomicInteger OPEN = new AtomicInteger();

    private static final List<String> NAMES = new ArrayList<>();

    private static final H5L_iterate2_t COLLECT = new H5L_iterate2_t() {
        @Override
        public int call(long group, BytePointer name, @Nullable H5L_info2_t info, @Nullable Pointer data) {
            byte[] bytes = name.getStringBytes();
            NAMES.add(Utf8.lenient(bytes, 0, bytes.length));
            return NAMES.size() > MOST_NAMES ? -1 : 0;
        }
    };

    /** No other file is ever opened because this one says so. */
    private static final H5L_elink_traverse_t REFUSE = new H5L_elink_traverse_t() {
        @Override
        public int call(
                BytePointer parentFile,
                BytePointer parentGroup,
                BytePointer childFile,
                BytePointer childObject,
                IntPointer flags,
                long access,
                @Nullable Pointer data) {
            return -1;
        }
    };

    private static long linkAccess = -1;

    private final long id;
    private final Hdf5Driver.Image image;
    private final String store;
    private final boolean writable;
    private final Map<String, Hdf5Dataset> datasets = new LinkedHashMap<>(16, 0.75f, true);
    private volatile boolean closed;

    private Hdf5File(long id, Hdf5Driver.Image image, String store, boolean writable) {
        this.id = id;
        this.image = image;
        this.store = store;
        this.writable = writable;
    }

    /** Opens what is there. */
    static Hdf5File open(Backing backing, boolean writable, String store) throws IOException {
        Hdf5Driver.Image image = new Hdf5Driver.Image(backing);
        int flags = writable ? H5F_ACC_RDWR() : H5F_ACC_RDONLY();
        long id = Hdf5Driver.open(image, access -> H5Fopen("atomflux", flags, access), "H5Fopen");
        return opened(id, image, store, writable);
    }

    /** Makes a new file. */
    static Hdf5File create(Backing backing, String store) throws IOException {
        Hdf5Driver.Image image = new Hdf5Driver.Image(backing);
        long id = Hdf5Driver.open(image, access -> H5Fcreate("atomflux", H5F_ACC_TRUNC(), 0, access), "H5Fcreate");
        return opened(id, image, store, true);
    }

    private static Hdf5File opened(long id, Hdf5Driver.Image image, String store, boolean writable) {
        OPEN.incrementAndGet();
        return new Hdf5File(id, image, store, writable);
    }

    /** Returns how many files are open; for tests. */
    static int openFiles() {
        return OPEN.get();
    }

    /** Returns how many identifiers of the library are open in all files; for tests. */
    static long openIds() throws IOException {
        return Hdf5Thread.call(Hdf5Driver::openIds);
    }

    long id() {
        return id;
    }

    boolean isWritable() {
        return writable;
    }

    boolean isClosed() {
        return closed;
    }

    void bind(Backing backing) {
        image.bind(backing);
    }

    /** Tells whether the file may stay open after a change: it does not say so itself then. */
    boolean mayStayOpen() throws IOException {
        try (H5F_info2_t info = new H5F_info2_t()) {
            Hdf5Failure.ok(H5Fget_info2(id, info), "H5Fget_info2");
            return info._super_version() < MARKED_SUPERBLOCK;
        }
    }

    /** Writes all that is held back. */
    void flush() throws IOException {
        Hdf5Failure.ok(H5Fflush(id, H5F_SCOPE_LOCAL), "H5Fflush");
    }

    /** Closes the file; whether the library likes it is of interest only where something was to be written. */
    void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        datasets.values().forEach(Hdf5Dataset::close);
        datasets.clear();
        OPEN.decrementAndGet();
        Hdf5Failure.ok(H5Fclose(id), "H5Fclose");
    }

    /** Closes the file without any of what it might want to write. */
    void discard() {
        bind(Backing.GONE);
        try {
            close();
        } catch (IOException e) {
            Hdf5Failure.told("H5Fclose"); // nobody waits for what it would have written
        }
    }

    static String absolute(String path) {
        return "/" + path;
    }

    /** Returns the properties that no link to another file is followed with. */
    static long links() throws IOException {
        if (linkAccess < 0) {
            linkAccess = Hdf5Failure.id(H5Pcreate(H5P_CLS_LINK_ACCESS_ID_g()), "H5Pcreate");
            Hdf5Failure.ok(H5Pset_elink_cb(linkAccess, REFUSE, null), "H5Pset_elink_cb");
        }
        return linkAccess;
    }

    /**
     * Tells what there is at a path.
     *
     * @throws UnsupportedDataException if it leads to another file
     */
    Kind kind(String path) throws IOException {
        if (path.isEmpty()) {
            return Kind.GROUP;
        }
        Kind kind = Kind.GROUP;
        for (int end = path.indexOf('/'); kind == Kind.GROUP; end = path.indexOf('/', end + 1)) {
            String part = end < 0 ? path : path.substring(0, end);
            String name = part.substring(part.lastIndexOf('/') + 1);
            kind = name.isEmpty() || name.equals(".") || name.indexOf('\0') >= 0 ? Kind.NOTHING : kindOf(part);
            if (end < 0) {
                return kind;
            }
        }
        return Kind.NOTHING;
    }

    /** Tells what there is at a path all whose parts but the last lead to a group. */
    private Kind kindOf(String path) throws IOException {
        String name = absolute(path);
        if (Hdf5Failure.ok(H5Lexists(id, name, links()), "H5Lexists") == 0) {
            return Kind.NOTHING;
        }
        try (H5L_info2_t link = new H5L_info2_t()) {
            Hdf5Failure.ok(H5Lget_info2(id, name, link, links()), "H5Lget_info2");
            if (link.type() == H5L_TYPE_EXTERNAL) {
                throw new UnsupportedDataException(
                        store, name, "a link to another file (expected: groups and arrays in this one)", null);
            }
            if (link.type() == H5L_TYPE_SOFT && H5Oexists_by_name(id, name, links()) <= 0) {
                Hdf5Failure.told("H5Oexists_by_name");
                return Kind.NOTHING;
            }
        }
        try (H5O_info2_t info = new H5O_info2_t()) {
            Hdf5Failure.ok(H5Oget_info_by_name3(id, name, info, BASIC_INFO, links()), "H5Oget_info_by_name3");
            return switch (info.type()) {
                case 0 -> Kind.GROUP;
                case 1 -> Kind.ARRAY;
                default -> Kind.OTHER;
            };
        }
    }

    /** Returns the address of an object, the same by whatever path it is reached. */
    List<Byte> address(String path) throws IOException {
        try (H5O_info2_t info = new H5O_info2_t()) {
            Hdf5Failure.ok(H5Oget_info_by_name3(id, absolute(path), info, BASIC_INFO, links()), "H5Oget_info_by_name3");
            List<Byte> token = new ArrayList<>(16);
            for (int i = 0; i < 16; i++) {
                token.add(info.token().__data(i));
            }
            return token;
        }
    }

    /** Opens an object that is there. */
    long object(String path, Scope scope) throws IOException {
        return scope.keep(H5Oopen(id, absolute(path), links()), "H5Oopen");
    }

    /** Lists all links of a group, whatever they lead to. */
    List<String> links(String group) throws IOException {
        try (Scope scope = new Scope()) {
            long object = object(group, scope);
            NAMES.clear();
            int answer = H5Literate2(object, 0, 0, (long[]) null, COLLECT, null);
            if (NAMES.size() > MOST_NAMES) {
                NAMES.clear();
                throw new LimitExceededException(
                        "names in /" + group, MOST_NAMES + 1L, MOST_NAMES, "the file is damaged");
            }
            Hdf5Failure.ok(answer, "H5Literate2");
            return List.copyOf(NAMES);
        }
    }

    /** Returns an array, or null if there is none. */
    @Nullable
    Hdf5Dataset dataset(String path) throws IOException {
        Hdf5Dataset known = datasets.get(path);
        if (known != null) {
            return known;
        }
        if (kind(path) != Kind.ARRAY) {
            return null;
        }
        long object = Hdf5Failure.id(H5Oopen(id, absolute(path), links()), "H5Oopen");
        return kept(path, object);
    }

    /** Keeps an open array; closes those not used for long. */
    Hdf5Dataset kept(String path, long object) throws IOException {
        Hdf5Dataset dataset = null;
        try {
            Hdf5Failure.check(H5Iget_type(object) != H5I_DATASET, "H5Iget_type");
            dataset = Hdf5Dataset.of(object, image, path, store);
        } finally {
            if (dataset == null) {
                H5Idec_ref(object);
            }
        }
        datasets.put(path, dataset);
        Iterator<Hdf5Dataset> eldest = datasets.values().iterator();
        while (datasets.size() > MOST_DATASETS) {
            eldest.next().close();
            eldest.remove();
        }
        return dataset;
    }

    /** Looks at an array anew. */
    Hdf5Dataset again(Hdf5Dataset dataset) throws IOException {
        String path = dataset.info().path();
        datasets.remove(path);
        return kept(path, dataset.id());
    }

    /** Forgets the arrays at and below a path. */
    void forget(String path) {
        Iterator<Map.Entry<String, Hdf5Dataset>> all = datasets.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, Hdf5Dataset> entry = all.next();
            if (path.isEmpty() || entry.getKey().equals(path) || entry.getKey().startsWith(path + "/")) {
                entry.getValue().close();
                all.remove();
            }
        }
    }
}

package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Gcreate2;
import static org.bytedeco.hdf5.global.hdf5.H5L_TYPE_EXTERNAL;
import static org.bytedeco.hdf5.global.hdf5.H5L_TYPE_SOFT;
import static org.bytedeco.hdf5.global.hdf5.H5Lcreate_hard;
import static org.bytedeco.hdf5.global.hdf5.H5Lcreate_soft;
import static org.bytedeco.hdf5.global.hdf5.H5Lcreate_ud;
import static org.bytedeco.hdf5.global.hdf5.H5Lget_info2;
import static org.bytedeco.hdf5.global.hdf5.H5Lget_val;
import static org.bytedeco.hdf5.global.hdf5.H5Ocopy;

import io.atomflux.error.LimitExceededException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.hdf5.H5L_info2_t;
import org.bytedeco.javacpp.BytePointer;

/** Copies a file without some of its groups; as the library copies, chunks stay compressed. */
final class Hdf5Copy {

    private static final long MOST_LINK = 1 << 16;

    private final Hdf5Tree from;
    private final Hdf5File to;
    private final Backing backing;
    private final List<String> without;
    /** Where objects were copied to that are reached by several links. */
    private final Map<List<Byte>, String> copied = new HashMap<>();

    private Hdf5Copy(Hdf5Tree from, Hdf5File to, Backing backing, List<String> without) {
        this.from = from;
        this.to = to;
        this.backing = backing;
        this.without = without;
    }

    /** Copies all but what is at and below some paths. */
    static void all(Hdf5Tree from, Hdf5File to, Backing backing, List<String> without) throws IOException {
        if (!without.contains("")) {
            from.run("", () -> {
                to.bind(backing);
                new Hdf5Copy(from, to, backing, without).group("");
            });
        }
    }

    private void group(String path) throws IOException {
        attributes(path);
        for (String name : from.file.links(path)) {
            String child = path.isEmpty() ? name : path + "/" + name;
            if (without.contains(child)) {
                continue;
            }
            if (without.stream().anyMatch(p -> p.startsWith(child + "/"))
                    && from.file.kind(child) == Hdf5File.Kind.GROUP) {
                try (Scope scope = new Scope()) {
                    scope.keep(H5Gcreate2(to.id(), Hdf5File.absolute(child), 0, 0, 0), "H5Gcreate2");
                }
                group(child);
            } else {
                link(Hdf5File.absolute(child), child);
            }
        }
    }

    private void attributes(String path) throws IOException {
        AttributeCopy.all(from.file, to, path);
    }

    private void link(String name, String path) throws IOException {
        try (H5L_info2_t info = new H5L_info2_t()) {
            Hdf5Failure.ok(H5Lget_info2(from.file.id(), name, info, 0), "H5Lget_info2");
            if (info.type() == H5L_TYPE_SOFT || info.type() == H5L_TYPE_EXTERNAL) {
                long size = info.u_val_size();
                if (size > MOST_LINK) {
                    throw new LimitExceededException(
                            "bytes of the link " + name, size, MOST_LINK, "the file is damaged");
                }
                try (BytePointer value = new BytePointer(size + 1).zero()) {
                    Hdf5Failure.ok(H5Lget_val(from.file.id(), name, value, size, 0), "H5Lget_val");
                    if (info.type() == H5L_TYPE_SOFT) {
                        Hdf5Failure.ok(H5Lcreate_soft(value, to.id(), new BytePointer(name), 0, 0), "H5Lcreate_soft");
                    } else {
                        Hdf5Failure.ok(
                                H5Lcreate_ud(to.id(), name, H5L_TYPE_EXTERNAL, value, size, 0, 0), "H5Lcreate_ud");
                    }
                }
                return;
            }
        }
        List<Byte> address = from.file.address(path);
        String before = copied.putIfAbsent(address, name);
        if (before == null) {
            Hdf5Failure.ok(H5Ocopy(from.file.id(), name, to.id(), name, 0, 0), "H5Ocopy");
        } else {
            Hdf5Failure.ok(H5Lcreate_hard(to.id(), before, to.id(), name, 0, 0), "H5Lcreate_hard");
        }
        from.file.bind(from.backing);
        to.bind(backing);
    }
}

package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Acreate2;
import static org.bytedeco.hdf5.global.hdf5.H5Aget_space;
import static org.bytedeco.hdf5.global.hdf5.H5Aget_type;
import static org.bytedeco.hdf5.global.hdf5.H5Aopen;
import static org.bytedeco.hdf5.global.hdf5.H5Aread;
import static org.bytedeco.hdf5.global.hdf5.H5Awrite;
import static org.bytedeco.hdf5.global.hdf5.H5S_NULL;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_npoints;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_type;
import static org.bytedeco.hdf5.global.hdf5.H5Tcommitted;
import static org.bytedeco.hdf5.global.hdf5.H5Tcopy;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_size;
import static org.bytedeco.hdf5.global.hdf5.H5Treclaim;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;

/** Copies the attributes of a group that is made anew in another file, whatever their types. */
final class AttributeCopy {

    private AttributeCopy() {}

    static void all(Hdf5File from, Hdf5File to, String path) throws IOException {
        try (Scope scope = new Scope()) {
            long source = from.object(path, scope);
            long target = to.object(path, scope);
            for (String name : AttributeValues.names(source, path)) {
                one(source, target, name);
            }
        }
    }

    private static void one(long source, long target, String name) throws IOException {
        try (Scope scope = new Scope()) {
            long attribute = scope.keep(H5Aopen(source, name, 0), "H5Aopen");
            long space = scope.keep(H5Aget_space(attribute), "H5Aget_space");
            long type = scope.keep(H5Aget_type(attribute), "H5Aget_type");
            long own = H5Tcommitted(type) > 0 ? scope.keep(H5Tcopy(type), "H5Tcopy") : type;
            long copy = scope.keep(H5Acreate2(target, name, own, space, 0, 0), "H5Acreate2");
            long count = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : H5Sget_simple_extent_npoints(space);
            if (count <= 0) {
                return;
            }
            BytePointer memory =
                    scope.bytes(Math.multiplyExact(count, H5Tget_size(type))).zero();
            Hdf5Failure.ok(H5Aread(attribute, type, memory), "H5Aread");
            try {
                Hdf5Failure.ok(H5Awrite(copy, own, memory), "H5Awrite");
            } finally {
                H5Treclaim(type, space, 0, memory);
            }
        }
    }
}

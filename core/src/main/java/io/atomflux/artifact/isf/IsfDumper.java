package io.atomflux.artifact.isf;

import io.atomflux.error.InvalidOptionException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The formats of the In Silico Framework 0.5, by the names its {@code Loader.json} and {@code metadata.json} have.
 *
 * <p>A closed table: a name in a file only ever finds one of these, and never a class. Those that hold pickles are listed
 * and read as raw bytes, others that are not read here are refused by name.
 */
public enum IsfDumper {
    /** Any Python object; raw bytes only. */
    TO_CLOUDPICKLE(Kind.PICKLE, ""),
    /** Any Python object; raw bytes only. */
    TO_PICKLE(Kind.PICKLE, ""),
    /** Plain data; not read, as the framework itself cannot write it. */
    TO_MSGPACK(Kind.REFUSED, ""),
    /** An array as {@code np.npy}. */
    NUMPY_TO_NPY(Kind.VALUE, "npy"),
    /** An array as {@code np.npz}, its member {@code arr_0}. */
    NUMPY_TO_NPZ(Kind.VALUE, "npz"),
    /** An array as {@code obj.zarr}. */
    NUMPY_TO_ZARR(Kind.VALUE, "zarr"),
    /** An array by way of a table; not read. */
    NUMPY_TO_MSGPACK(Kind.REFUSED, ""),
    /** A table as {@code pandas_to_parquet.parquet}, its types in {@code object_meta.json}. */
    PANDAS_TO_PARQUET(Kind.VALUE, TableCodec.ID),
    /** A table; raw bytes only. */
    PANDAS_TO_PICKLE(Kind.PICKLE, ""),
    /** A table; not read. */
    PANDAS_TO_MSGPACK(Kind.REFUSED, ""),
    /** A table in parts, one Parquet file each. */
    DASK_TO_PARQUET(Kind.VALUE, "isf-partitions"),
    /** A table in parts; not read. */
    DASK_TO_MSGPACK(Kind.REFUSED, ""),
    /** A table in parts; not read. */
    DASK_TO_CATEGORIZED_MSGPACK(Kind.REFUSED, ""),
    /** A managed folder. */
    JUST_CREATE_FOLDER(Kind.VALUE, "folder"),
    /** A database in the database. */
    JUST_CREATE_ISF_DB(Kind.DATABASE, ""),
    /** A store of arrays that grow, see {@link SharedArrays}. */
    SHARED_NUMPY_STORE(Kind.VALUE, "folder"),
    /** A morphology; not read. */
    CELL(Kind.REFUSED, ""),
    /** A generation of an optimiser; not read. */
    GENETIC_ALGORITHM_GENERATION(Kind.REFUSED, ""),
    /** A statistical model; not read. */
    REDUCED_LDA_MODEL(Kind.REFUSED, "");

    enum Kind {
        VALUE,
        PICKLE,
        DATABASE,
        REFUSED
    }

    private static final String LONG = "data_base.isf_data_base.IO.LoaderDumper.";
    private static final String SHORT = "data_base.IO.LoaderDumper.";

    private final Kind kind;
    private final String codec;

    IsfDumper(Kind kind, String codec) {
        this.kind = kind;
        this.codec = codec;
    }

    /** Returns its name in {@code metadata.json}, e.g. {@code numpy_to_npy}. */
    public String shortName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns its name in {@code Loader.json}, the long form, which is the one written. */
    public String loader() {
        return LONG + shortName();
    }

    /** Returns the codec that reads and writes it; empty if none does. */
    public Optional<String> codec() {
        return kind == Kind.VALUE ? Optional.of(codec) : Optional.empty();
    }

    Kind kind() {
        return kind;
    }

    /** Finds the dumper of a loader's name, in its long or its short form; empty if it is none of the framework's. */
    static Optional<IsfDumper> ofLoader(String loader) {
        return loader.startsWith(LONG)
                ? named(loader.substring(LONG.length()))
                : loader.startsWith(SHORT) ? named(loader.substring(SHORT.length())) : Optional.empty();
    }

    /** Finds a dumper by its short name. */
    static Optional<IsfDumper> named(String shortName) {
        return Arrays.stream(values())
                .filter(dumper -> dumper.shortName().equals(shortName))
                .findFirst();
    }

    /** Finds the dumper whose files a codec's are; empty if the framework has no safe format for them. */
    static Optional<IsfDumper> ofCodec(String codec) {
        return Arrays.stream(values())
                .filter(dumper -> dumper != SHARED_NUMPY_STORE && dumper.codec().equals(Optional.of(codec)))
                .findFirst();
    }

    /**
     * Returns the codec of a format given as text: its own id, or a dumper by its short, short loader or long loader name.
     *
     * @throws InvalidOptionException if it is a dumper that cannot be written here
     */
    static String codecOf(String format) {
        Optional<IsfDumper> dumper = ofLoader(format).or(() -> named(format));
        return dumper.isEmpty() ? format : codecOf(dumper.get());
    }

    static String codecOf(IsfDumper dumper) {
        return dumper.codec()
                .filter(codec -> dumper != JUST_CREATE_FOLDER && dumper != SHARED_NUMPY_STORE)
                .orElseThrow(
                        () -> new InvalidOptionException(
                                "dumper",
                                dumper.shortName()
                                        + " does not write values here (expected: numpy_to_npy, numpy_to_npz, numpy_to_zarr,"
                                        + " pandas_to_parquet, or the id of a codec; folders and databases have calls of their own)"));
    }
}

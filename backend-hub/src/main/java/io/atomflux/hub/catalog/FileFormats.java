package io.atomflux.hub.catalog;

import io.atomflux.error.UnsupportedDataException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which files are data, and how they are read, by the suffixes of their names.
 *
 * <p>A file is data if any part of its name after a dot is a known suffix, as written; of one split the reader is that of the
 * most frequent suffix. Source: {@code datasets}, {@code packaged_modules/__init__.py}, {@code load.py}, {@code
 * infer_module_for_data_files_list}.
 */
final class FileFormats {

    private static final Set<String> PARQUET = Set.of("parquet", "geoparquet", "gpq");
    private static final Set<String> JSON = Set.of("json", "jsonl", "ndjson");
    private static final Set<String> COMPRESSED = Set.of("gz", "zst", "bz2", "xz", "lz4", "zip");

    /** Which suffix wins when several are as frequent: the last. */
    private static final List<String> FAVOURITES = List.of("csv", "json", "jsonl", "arrow", "lance", "parquet");

    /** What Python's library reads otherwise; it matters here because it decides which patterns find data. */
    private static final Set<String> OTHERS = words("""
            csv tsv arrow txt conll conllu tar xml hdf5 h5 eval lance tsfile zip
            """);

    /** Pictures, sounds, films, documents, volumes, in lower or upper case. */
    private static final Set<String> MEDIA = words("""
            apng blp bmp bufr bw cur dcx dds dib emf eps fit fits flc fli ftc ftu gbr gif grib icb icns ico iim im j2c j2k
            jfif jp2 jpc jpe jpeg jpf jpg jpx mpeg mpg msp pbm pcd pcx pgm png pnm ppm ps psd pxr ras rgb rgba sgi tga tif
            tiff vda vst webp wmf xbm xpm
            3g2 3gp aac aiff asf au avr caf f4v flac flv htk ircam m4v mat4 mat5 mp3 mpc2k mxf nist nut ogg ogm opus paf pvf
            raw rf64 sd2 sds svx voc w64 wav wavex webm wma wmv wve xi
            avi mkv mov mp4
            pdf nii
            """);

    private FileFormats() {}

    private static Set<String> words(String text) {
        return Set.copyOf(new HashSet<>(Arrays.asList(text.strip().split("\\s+"))));
    }

    private static String[] suffixes(String name) {
        String[] parts = name.split("\\.", -1);
        return Arrays.copyOfRange(parts, 1, parts.length);
    }

    /** Tells whether a file is data by its name, read here or not. */
    static boolean isData(String name) {
        for (String suffix : suffixes(name)) {
            if (PARQUET.contains(suffix)
                    || JSON.contains(suffix)
                    || OTHERS.contains(suffix)
                    || MEDIA.contains(suffix)
                    || MEDIA.contains(suffix.toLowerCase(Locale.ROOT))
                            && suffix.equals(suffix.toUpperCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Finds how the files of a split are read.
     *
     * @param files at least one, each data; one that comes twice counts twice, as in Python
     * @throws UnsupportedDataException if it is a way that is not known here
     */
    static DataFile.Format of(Collection<TreeEntry> files, String store) {
        Map<String, Integer> counts = new HashMap<>();
        for (TreeEntry file : files) {
            for (String suffix : suffixes(file.name())) {
                counts.merge(suffix.toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        Comparator<String> order = Comparator.<String>comparingInt(suffix -> counts.getOrDefault(suffix, 0))
                .thenComparingInt(FAVOURITES::indexOf)
                .thenComparing(Comparator.naturalOrder());
        Optional<String> chosen = counts.keySet().stream()
                .filter(suffix -> PARQUET.contains(suffix)
                        || JSON.contains(suffix)
                        || OTHERS.contains(suffix)
                        || MEDIA.contains(suffix))
                .max(order);
        String example = files.iterator().next().path();
        if (chosen.isPresent() && PARQUET.contains(chosen.get())) {
            return DataFile.Format.PARQUET;
        } else if (chosen.isPresent() && JSON.contains(chosen.get())) {
            return DataFile.Format.JSON_LINES;
        }
        throw unsupported(example, chosen.orElse("?"), store);
    }

    /** Tells whether a file is one that a reader takes among those of a split; others are left out. */
    static boolean isReadAs(DataFile.Format format, TreeEntry file, String store) {
        Set<String> known = switch (format) {
            case PARQUET -> PARQUET;
            case JSON_LINES -> JSON;
        };
        String[] suffixes = suffixes(file.name());
        boolean read = Arrays.stream(suffixes).anyMatch(known::contains);
        if (read && COMPRESSED.contains(suffixes[suffixes.length - 1])) {
            throw unsupported(file.path(), suffixes[suffixes.length - 1], store);
        }
        return read;
    }

    private static UnsupportedDataException unsupported(String path, String suffix, String store) {
        return new UnsupportedDataException(
                store,
                path,
                "unsupported format ." + suffix
                        + " (expected: Parquet or JSON lines, not compressed); converted=true reads what the hub made of it",
                null);
    }
}

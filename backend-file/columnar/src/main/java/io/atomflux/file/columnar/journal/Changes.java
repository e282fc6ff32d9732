package io.atomflux.file.columnar.journal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one journal changes, in the order it is done: first what goes, then what is adopted, then contents. */
final class Changes {

    /** Files and folders that go, with all in them. */
    final TreeSet<String> deleted = new TreeSet<>();

    /** What files become, in the order of their first change: what is written last comes into view last. */
    final Map<String, Content> contents = new LinkedHashMap<>();

    private @Nullable Adoption adoption;

    /**
     * What was written beside takes the place of a file or a folder.
     *
     * @param before tells what is there from what somebody else puts there
     * @param after tells what was written beside
     */
    record Adoption(String path, String before, String after) {}

    @Nullable
    Adoption adoption() {
        return adoption;
    }

    void adopt(@Nullable Adoption adopted) {
        adoption = adopted;
    }

    boolean isEmpty() {
        return deleted.isEmpty() && contents.isEmpty() && adoption == null;
    }

    boolean isAdopted(String path) {
        return adoption != null && Places.within(path, adoption.path());
    }

    /** Tells whether what is in the place of a path goes. */
    boolean vanishes(String path) {
        if (deleted.isEmpty() || isAdopted(path)) {
            return false;
        }
        for (String at = path; ; at = Places.parent(at)) {
            if (deleted.contains(at)) {
                return true;
            }
            if (at.isEmpty()) {
                return false;
            }
        }
    }
}

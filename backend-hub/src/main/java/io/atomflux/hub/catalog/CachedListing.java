package io.atomflux.hub.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Mono;

/** Lists folders from a list of all files. */
final class CachedListing implements Listing {

    private final List<TreeEntry> files;

    CachedListing(List<TreeEntry> files) {
        this.files = List.copyOf(files);
    }

    @Override
    public Mono<List<TreeEntry>> list(String folder, boolean recursive) {
        return Mono.fromSupplier(() -> {
            String prefix = folder.isEmpty() ? "" : folder + "/";
            List<TreeEntry> entries = new ArrayList<>();
            Set<String> folders = new TreeSet<>();
            for (TreeEntry file : files) {
                String path = file.path();
                if (path.startsWith(prefix)) {
                    int slash = path.indexOf('/', prefix.length());
                    if (slash < 0 || recursive) {
                        entries.add(file);
                    }
                    while (slash >= 0 && folders.add(path.substring(0, slash)) && recursive) {
                        slash = path.indexOf('/', slash + 1);
                    }
                }
            }
            for (String name : folders) {
                entries.add(new TreeEntry(name, true, 0, Optional.empty(), Optional.empty()));
            }
            entries.sort(TreeEntry.BY_PATH);
            return List.copyOf(entries);
        });
    }
}

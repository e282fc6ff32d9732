package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the file system. */
class DiskTest {

    @TempDir
    private Path folder;

    @Test
    @DisplayName("a folder to which a slow writer adds a file while it is removed is removed all the same")
    void removesWhatComesMeanwhile() throws IOException {
        Path staging = Files.createDirectories(folder.resolve("staging/inner"));
        Files.writeString(staging.resolve("early"), "abc");
        int[] late = {3};
        Disk disk = new LocalDisk(false) {
            @Override
            public List<String> names(Path listed) throws IOException {
                List<String> names = super.names(listed);
                if (late[0]-- > 0) {
                    Files.writeString(listed.resolve("late" + late[0]), "de");
                }
                return names;
            }
        };

        assertThat(disk.deleteTree(folder.resolve("staging"))).isEqualTo(9);
        assertThat(folder.resolve("staging")).doesNotExist();
    }
}

package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.mongo.MongoOptions.Consistency;
import io.atomflux.spi.Location;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Where a collection in MongoDB is")
final class MongoAddressTest {

    private static MongoAddress of(String location, String... driver) {
        return MongoAddress.of(Location.parse(location), "default", options(driver), Consistency.STRICT);
    }

    private static Map<String, String> options(String... driver) {
        Map<String, String> options = new java.util.HashMap<>();
        for (int i = 0; i < driver.length; i += 2) {
            options.put(driver[i], driver[i + 1]);
        }
        return options;
    }

    @ParameterizedTest
    @DisplayName("the first segment of the path is the database, asebytes without one, and later ones do not count")
    @CsvSource({
        "mongodb://h, asebytes",
        "mongodb://h/, asebytes",
        "'mongodb://h:1,g:2/md', md",
        "mongodb://h/md/x/y, md",
        "mongodb://h/m%C3%A4d, mäd",
        "mongodb+srv://h.example.org/md, md"
    })
    void databaseIsTheFirstSegment(String location, String database) {
        assertThat(of(location).database()).isEqualTo(database);
    }

    @Test
    @DisplayName("the path is cut off before connecting, options of the driver are passed on")
    void passesDriverOptionsOn() {
        MongoAddress address = of("mongodb://u%40x:p%2Fw@h:27018/md", "replicaSet", "rs 1", "authSource", "admin");
        assertThat(address.uri()).isEqualTo("mongodb://u%40x:p%2Fw@h:27018/?authSource=admin&replicaSet=rs+1");
        assertThat(address.servers()).isEqualTo("h:27018");
    }

    @Test
    @DisplayName("credentials are never shown, encoded or not")
    void hidesCredentials() {
        MongoAddress address = of(
                "mongodb://user:p%40ssword@h/md",
                "proxyHost", "h", "proxyUsername", "proxyuser", "proxyPassword", "proxyword");
        assertThat(address).hasToString("mongodb://<hidden>@h/md");
        Throwable hidden = address.secrets()
                .hide(new IllegalStateException(
                        "outer", new IllegalArgumentException("user and p@ssword, p%40ssword and proxyword")));
        assertThat(hidden).hasToString("java.lang.IllegalStateException: outer");
        assertThat(hidden.getCause())
                .hasToString("java.lang.IllegalArgumentException: <hidden> and <hidden>, <hidden> and <hidden>");
        Throwable clean = new IllegalStateException("clean");
        assertThat(address.secrets().hide(clean)).isSameAs(clean);
    }

    @ParameterizedTest
    @DisplayName("malformed locations are refused without showing what they hold")
    @ValueSource(strings = {"mongodb://user:sec/ret@h/md", "mongodb://user:sec@ret@h/md", "mongodb://user:sec%ret@h"})
    void refusesMalformed(String location) {
        assertThatThrownBy(() -> of(location))
                .isInstanceOf(InvalidOptionException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("sec", "ret"));
    }

    @ParameterizedTest
    @DisplayName("what promises less than a majority and the primary is refused, unless relaxed")
    @CsvSource({"w, 1", "w, 2", "journal, false", "readPreference, secondary", "readConcernLevel, local"})
    void refusesLess(String name, String value) {
        assertThatThrownBy(() -> of("mongodb://h/md", name, value))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining(name + "=" + value)
                .hasMessageContaining("consistency=relaxed");
        Location location = Location.parse("mongodb://h/md");
        assertThat(MongoAddress.of(location, "g", Map.of(name, value), Consistency.RELAXED)
                        .uri())
                .contains(name + "=" + value);
    }

    @Test
    @DisplayName("writes without replies are always refused, majorities and the primary always taken")
    void bordersOfPromises() {
        Location location = Location.parse("mongodb://h/md");
        assertThatThrownBy(() -> MongoAddress.of(location, "g", Map.of("w", "0"), Consistency.RELAXED))
                .isInstanceOf(InvalidOptionException.class);
        assertThat(of("mongodb://h/md", "w", "majority", "journal", "true", "retryWrites", "true")
                        .uri())
                .contains("w=majority");
        assertThat(of("mongodb://h/md", "readPreference", "primary", "readConcernLevel", "majority")
                        .uri())
                .contains("primary");
    }

    @ParameterizedTest
    @DisplayName("names that are no collection's are refused")
    @ValueSource(strings = {"", "system.users", "a$b", "a/b", ".a", "a.", "a..b", "..", "a\0"})
    void refusesGroups(String group) {
        assertThatThrownBy(() -> MongoAddress.of(Location.parse("mongodb://h/md"), group, Map.of(), Consistency.STRICT))
                .isInstanceOf(InvalidNameException.class);
        assertThat(MongoAddress.isGroup(group)).isFalse();
    }

    @ParameterizedTest
    @DisplayName("names that are no database's are refused")
    @ValueSource(strings = {"a.b", "a$b", "a b", "a%2Fb", "a%00b"})
    void refusesDatabases(String database) {
        assertThatThrownBy(() -> of("mongodb://h/" + database)).isInstanceOf(InvalidNameException.class);
    }
}

package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {

    @ParameterizedTest(name = "{0} is {1}")
    @DisplayName("addresses are told apart by who can be behind them, however they are written")
    @CsvSource({
        "8.8.8.8,PUBLIC",
        "1.1.1.1,PUBLIC",
        "172.15.255.255,PUBLIC",
        "172.32.0.0,PUBLIC",
        "100.63.255.255,PUBLIC",
        "100.128.0.0,PUBLIC",
        "192.167.255.255,PUBLIC",
        "223.255.255.255,PUBLIC",
        "10.0.0.0,PRIVATE",
        "10.255.255.255,PRIVATE",
        "172.16.0.1,PRIVATE",
        "172.31.255.255,PRIVATE",
        "192.168.1.1,PRIVATE",
        "100.64.0.0,PRIVATE",
        "100.127.255.255,PRIVATE",
        "127.0.0.1,LOOPBACK",
        "127.255.255.255,LOOPBACK",
        "169.254.169.254,LINK_LOCAL",
        "0.0.0.0,NOBODY",
        "0.1.2.3,NOBODY",
        "192.0.0.8,NOBODY",
        "192.0.2.1,NOBODY",
        "198.18.0.1,NOBODY",
        "198.19.255.255,NOBODY",
        "198.51.100.1,NOBODY",
        "203.0.113.1,NOBODY",
        "224.0.0.1,NOBODY",
        "240.0.0.1,NOBODY",
        "255.255.255.255,NOBODY",
        "[2606:4700::1111],PUBLIC",
        "2a00:1450::1,PUBLIC",
        "[::1],LOOPBACK",
        "[::],NOBODY",
        "[::ffff:127.0.0.1],LOOPBACK",
        "[::ffff:7f00:1],LOOPBACK",
        "[::ffff:10.1.2.3],PRIVATE",
        "[::ffff:169.254.169.254],LINK_LOCAL",
        "[::ffff:8.8.8.8],PUBLIC",
        "[::127.0.0.1],LOOPBACK",
        "[64:ff9b::7f00:1],LOOPBACK",
        "[64:ff9b::808:808],PUBLIC",
        "[64:ff9b:1::1],PRIVATE",
        "[2002:7f00:1::],LOOPBACK",
        "[2002:808:808::1],PUBLIC",
        "[fc00::1],PRIVATE",
        "[fdff::1],PRIVATE",
        "[fec0::1],PRIVATE",
        "[fe80::1],LINK_LOCAL",
        "[fe80::1%eth0],LINK_LOCAL",
        "[ff02::1],NOBODY",
        "[2001::1],NOBODY",
        "[2001:db8::1],NOBODY",
        "[4000::1],NOBODY"
    })
    void tellsReach(String host, Addresses.Reach expected) {
        assertThat(Addresses.reach(Addresses.literal(host))).isEqualTo(expected);
    }

    @ParameterizedTest
    @DisplayName("names are no addresses")
    @ValueSource(strings = {"localhost", "cdn.example", "a.b", "1e100.net"})
    void namesAreNoLiterals(String host) {
        assertThat(Addresses.literal(host)).isNull();
    }

    @ParameterizedTest
    @DisplayName("hosts that some take for an address are nobody's name")
    @ValueSource(
            strings = {"2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.0x1", "1.2.3.4.", "1.2.3.256", "a.0x"})
    void tellsOddForms(String host) {
        assertThat(Addresses.odd(host)).isTrue();
    }

    @ParameterizedTest
    @DisplayName("usual hosts are not")
    @ValueSource(strings = {"127.0.0.1", "[::1]", "cdn-lfs-us-1.hf.co", "1e100.net", "localhost", "a1"})
    void tellsUsualForms(String host) {
        assertThat(Addresses.odd(host)).isFalse();
    }
}

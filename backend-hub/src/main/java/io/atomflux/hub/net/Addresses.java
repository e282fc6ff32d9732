package io.atomflux.hub.net;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Which part of the network an address belongs to. */
final class Addresses {

    /** Kinds of address, by who can be behind them. */
    enum Reach {
        /** Anyone's. */
        PUBLIC,
        /** Of an organisation: RFC 1918, RFC 4193, RFC 6598 (carrier-grade NAT), site-local (RFC 3879). */
        PRIVATE,
        /** This machine. */
        LOOPBACK,
        /** This wire: RFC 3927, RFC 4291 section 2.5.6; clouds serve credentials there. */
        LINK_LOCAL,
        /** No server's: this network, multicast, broadcast, reserved (RFC 6890). */
        NOBODY
    }

    private Addresses() {}

    /** Returns a host without the brackets of an IPv6 address and its zone. */
    static String bare(String host) {
        if (!host.startsWith("[") || !host.endsWith("]")) {
            return host;
        }
        String address = host.substring(1, host.length() - 1);
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    /** Returns the address a host is written as, or null if it is a name. */
    static @Nullable InetAddress literal(String host) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(bare(host));
        if (bytes == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("neither 4 nor 16 bytes", e);
        }
    }

    /**
     * Tells whether a host ends in a number without being an address: {@code 2130706433}, {@code 0x7f.1}, {@code 127.1}. Some
     * take it for an address, so it is nobody's name (the URL standard of WHATWG, section 3.5, "ends in a number").
     */
    static boolean odd(String host) {
        String name = bare(host);
        String end = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        String last = end.substring(end.lastIndexOf('.') + 1);
        return last.matches("\\d+|0[xX][0-9a-fA-F]*") && literal(name) == null;
    }

    static Reach reach(InetAddress address) {
        if (address instanceof Inet4Address) {
            return reach4(address.getAddress(), 0);
        }
        return address instanceof Inet6Address ? reach6(address.getAddress()) : Reach.NOBODY;
    }

    private static Reach reach4(byte[] bytes, int at) {
        int a = bytes[at] & 0xff;
        int b = bytes[at + 1] & 0xff;
        int c = bytes[at + 2] & 0xff;
        if (a == 0 || a >= 224) {
            return Reach.NOBODY;
        }
        if (a == 127) {
            return Reach.LOOPBACK;
        }
        if (a == 169 && b == 254) {
            return Reach.LINK_LOCAL;
        }
        if (a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 100 && b >= 64 && b < 128)) {
            return Reach.PRIVATE;
        }
        // RFC 6890: protocol assignments, documentation, relay anycast, benchmarking.
        boolean special = (a == 192 && b == 0 && (c == 0 || c == 2))
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (b == 18 || b == 19))
                || (a == 198 && b == 51 && c == 100)
                || (a == 203 && b == 0 && c == 113);
        return special ? Reach.NOBODY : Reach.PUBLIC;
    }

    private static Reach reach6(byte[] bytes) {
        int first = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
        int second = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
        if (first == 0 && zero(bytes, 2, 10)) {
            int before = (bytes[10] & 0xff) << 8 | (bytes[11] & 0xff);
            if (before == 0xffff) {
                return reach4(bytes, 12); // ::ffff:a.b.c.d, IPv4-mapped
            }
            if (before == 0) {
                if (zero(bytes, 12, 15)) {
                    return bytes[15] == 1 ? Reach.LOOPBACK : Reach.NOBODY;
                }
                return reach4(bytes, 12); // ::a.b.c.d, IPv4-compatible
            }
        }
        if (first == 0x64 && second == 0xff9b) {
            // 64:ff9b::/96 is the translation of an IPv4 address (RFC 6052); 64:ff9b:1::/48 that of a local one (RFC
            // 8215).
            return zero(bytes, 4, 12) ? reach4(bytes, 12) : Reach.PRIVATE;
        }
        if (first == 0x2002) {
            return reach4(bytes, 2); // 6to4, RFC 3056
        }
        if ((first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfec0) {
            return Reach.PRIVATE;
        }
        if ((first & 0xffc0) == 0xfe80) {
            return Reach.LINK_LOCAL;
        }
        // 2001::/23 protocol assignments (Teredo among them), 2001:db8::/32 documentation; global unicast is 2000::/3
        // only.
        boolean special = (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || (first & 0xe000) != 0x2000;
        return special ? Reach.NOBODY : Reach.PUBLIC;
    }

    private static boolean zero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
